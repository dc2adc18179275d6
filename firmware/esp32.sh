# Part of build.sh: the boards of the ESP32 family, which ESP-IDF builds.

# ESP-IDF and its compilers are the caller's, and so is MicroPython: the pinned one is too old for these boards.
find_esp_idf() {
    local compiler version missing
    [ -n "${IDF_PATH:-}" ] || die "IDF_PATH is unset: TARGET=$target needs the folder of ESP-IDF, 5.4.2 for MicroPython 1.26"
    [ -e "$IDF_PATH/tools/cmake/project.cmake" ] || die "IDF_PATH=$IDF_PATH holds no ESP-IDF"
    [ -n "${MICROPYTHON_DIR:-}" ] || die "MICROPYTHON_DIR is unset: TARGET=$target needs MicroPython 1.26 or later"
    find_micropython
    version=$(awk '$2 ~ /^MICROPY_VERSION_M(AJ|IN)OR$/ { gsub(/[()]/, "", $3); print $3 }' "$micropython/py/mpconfig.h" |
        paste -s -d .)
    printf '%s\n' 1.26 "$version" | sort -C -V ||
        die "MICROPYTHON_DIR=$micropython holds MicroPython $version: TARGET=$target needs 1.26 or later"
    [ -e "$micropython/lib/micropython-lib/README.md" ] && [ -e "$micropython/lib/berkeley-db-1.xx/README" ] ||
        die "MICROPYTHON_DIR=$micropython lacks submodules: make -C $micropython/ports/esp32 submodules"
    case ${target%%-*} in
        esp32 | esp32s3) compiler=xtensa-${target%%-*}-elf-gcc ;;
        *) compiler=riscv32-esp-elf-gcc ;;
    esac
    IDF_PATH=$(realpath "$IDF_PATH")
    export IDF_PATH
    if [ -n "$(first_missing idf.py "$compiler")" ]; then
        set +eu # it is a script for a person's shell
        . "$IDF_PATH/export.sh" >/dev/null 2>&1
        set -eu
    fi
    missing=$(first_missing idf.py "$compiler")
    [ -z "$missing" ] || die "no $missing in PATH: $IDF_PATH/install.sh ${target%%-*} installs it"
}

# Of these commands the first that PATH lacks.
first_missing() {
    local name
    for name in "$@"; do
        command -v "$name" >/dev/null || { echo "$name"; return; }
    done
}

# ESP-IDF's own tool builds MicroPython's port where it lies, as MicroPython's makefile does.
build_esp32() {
    local board=$1 variant=${2:-}
    logged idf.py -C "$micropython/ports/esp32" -B "$out" -D MICROPY_BOARD="$board" \
        -D MICROPY_BOARD_DIR="$root/boards/$board" ${variant:+-D MICROPY_BOARD_VARIANT="$variant"} \
        -D USER_C_MODULES="$(module_folders)" -D CMSIS_NN_LIB="${CMSIS_NN_LIB:-}" \
        -D CMSIS_NN_INCLUDE="${CMSIS_NN_INCLUDE:-}" -D MINFER_OPS="$MINFER_OPS" build
    logged "${PYTHON:-python3}" "$micropython/ports/esp32/makeimg.py" "$out/sdkconfig" "$out/bootloader/bootloader.bin" \
        "$out/partition_table/partition-table.bin" "$out/micropython.bin" "$out/firmware.bin" "$out/micropython.uf2"
    echo "$target: ${out#"$root/"}/firmware.bin, $(grep '^application' "$log" | tail -n 1)"
}
