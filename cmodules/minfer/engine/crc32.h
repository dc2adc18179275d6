#ifndef MNF_CRC32_H
#define MNF_CRC32_H

#include <stddef.h>
#include <stdint.h>

// CRC-32 of IEEE 802.3, as zlib's crc32().
uint32_t mnf_crc32(const uint8_t *data, size_t size);

#endif
