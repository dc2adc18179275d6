#include "mnf.h"

const char *mnf_reason_text(mnf_reason_t reason) {
    switch (reason) {
#define TEXT(name, text) case MNF_E_##name: return text;
        MNF_REASONS(TEXT)
#undef TEXT
    }
    return "";
}

const char *mnf_reason_name(mnf_reason_t reason) {
    switch (reason) {
#define NAME(name, text) case MNF_E_##name: return #name;
        MNF_REASONS(NAME)
#undef NAME
    }
    return "";
}
