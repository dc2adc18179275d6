#!/bin/bash
# Builds the firmware of one target out of tree, in build/TARGET: build.sh unix|unix-asan|pico|pico2|qemu-m33|qemu-rv32|
# qemu-xtensa|esp32|esp32-spiram|esp32s3|esp32s3-spiram-oct|esp32c3|esp32c6, or one without minfer, as stock firmware is, for native
# modules: unix-stock|pico-stock|qemu-m3-stock|qemu-m4-stock|qemu-m33-stock|qemu-rv32-stock|microbit-stock|qemu-xtensa-stock;
# or build/mpy-cross: mpy-cross
# From the environment: OUT (another folder for the results), MICROPYTHON_DIR, PICO_SDK_PATH, IDF_PATH, CMSIS_NN_LIB,
# CMSIS_NN_INCLUDE, and MINFER_OPS, the operators the firmware is to have ("CONV_2D SOFTMAX ..."; all without).
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
build=$root/build
setup=$root/firmware/setup.sh
target=$1
out=$(realpath -m "${OUT:-$build/$target}")
log=$out/build.log

die() {
    echo "firmware: $*" >&2
    exit 2
}

# MicroPython's source: the caller's, else the pinned one. Not one file of it is changed.
find_micropython() {
    [ -n "${MICROPYTHON_DIR:-}" ] || "$setup" source micropython
    micropython=$(realpath -m "${MICROPYTHON_DIR:-$build/src/micropython}")
    [ -e "$micropython/py/mpconfig.h" ] || die "MICROPYTHON_DIR=$micropython holds no MicroPython source"
    # A repository the source happens to lie in says nothing about MicroPython's version.
    export GIT_CEILING_DIRECTORIES=${micropython%/*}
}

# A CMSIS-NN of the caller's takes a library and its headers.
find_cmsis_nn() {
    if [ -n "${CMSIS_NN_LIB:-}${CMSIS_NN_INCLUDE:-}" ]; then
        [ -f "${CMSIS_NN_LIB:-}" ] || die "CMSIS_NN_LIB=${CMSIS_NN_LIB:-} names no file: a libcmsis-nn.a is expected"
        [ -f "${CMSIS_NN_INCLUDE:-}/arm_nnfunctions.h" ] ||
            die "CMSIS_NN_INCLUDE=${CMSIS_NN_INCLUDE:-} holds no arm_nnfunctions.h"
        CMSIS_NN_LIB=$(realpath "$CMSIS_NN_LIB")
        CMSIS_NN_INCLUDE=$(realpath "$CMSIS_NN_INCLUDE")
        export CMSIS_NN_LIB CMSIS_NN_INCLUDE
        cmsis_nn="$CMSIS_NN_LIB $CMSIS_NN_INCLUDE $(sha256sum <"$CMSIS_NN_LIB")"
    fi
}

# Their names in order and each once, whatever white space stood between them: another order asks for no other build.
check_operators() {
    local names wanted name
    names=$(sed -n 's/.*X([0-9]*, \([A-Z0-9_]*\), .*/\1/p' "$root/cmodules/minfer/engine/format.h" | xargs)
    read -r -d '' -a wanted <<<"${MINFER_OPS:-}" || true # false at the end of the text, which is all of it
    for name in "${wanted[@]}"; do
        [[ " $names " == *" $name "* ]] || die "MINFER_OPS: no operator '$name'; there are $names"
    done
    MINFER_OPS=$(printf '%s\n' "${wanted[@]}" | sort -u | xargs)
    export MINFER_OPS
}

# Links every user C module below cmodules/ (some, like ulab, one level deeper) into one flat folder,
# the layout MicroPython's build expects.
link_modules() {
    modules=$build/cmodules
    local file folder name wanted=''
    mkdir -p "$modules"
    for file in "$root"/cmodules/*/micropython.mk "$root"/cmodules/*/*/micropython.mk; do
        [ -e "$file" ] || continue
        folder=${file%/*}
        name=${folder#"$root/cmodules/"}
        name=${name%%/*}
        wanted+=" $name "
        ln -sfnT "$folder" "$modules/$name"
    done
    for file in "$modules"/*; do
        [[ $wanted == *" ${file##*/} "* ]] || rm -f "$file"
    done
}

# Empties folder $1 when what it was built from is no longer what is asked for; $2 says what that is.
start_afresh_unless() {
    if [ "$(cat "$1/.built-from" 2>/dev/null)" != "$2" ]; then
        rm -rf "$1"
        mkdir -p "$1"
        echo "$2" >"$1/.built-from"
    fi
}

# Runs a command into the log; shows the log's end where it fails.
logged() {
    "$@" >>"$log" 2>&1 && return
    tail -n 40 "$log" >&2
    die "$target does not build; all of it is in ${log#"$root/"}"
}

build_mpy_cross() {
    exec 8>"$build/.mpy-cross.lock"
    flock 8
    start_afresh_unless "$build/mpy-cross" "$micropython"
    logged make -C "$micropython/mpy-cross" BUILD="$build/mpy-cross" USER_C_MODULES=
    flock -u 8
    export MICROPY_MPYCROSS=$build/mpy-cross/mpy-cross
}

build_unix() {
    local program=$out/micropython extra=() flags
    if [ "$target" = unix-asan ]; then
        flags='-fsanitize=address,undefined -fno-omit-frame-pointer'
        extra=(DEBUG=1 STRIP= "LDFLAGS_EXTRA=$flags"
            "CFLAGS_EXTRA=$flags --param asan-use-after-return=0")
    fi
    logged make -C "$micropython/ports/unix" -j2 BUILD="$out" VARIANT_DIR="$root/boards/UNIX" \
        MPY_LIB_DIR="$micropython" USER_C_MODULES="$modules" "${extra[@]}"
    echo "$target: ${program#"$root/"}, $(size "$program" | awk 'NR == 2 { print $1 }') bytes of text"
}

build_unix_stock() {
    local program=$out/micropython
    logged make -C "$micropython/ports/unix" -j2 BUILD="$out" VARIANT=standard MPY_LIB_DIR="$micropython" \
        FROZEN_MANIFEST="$micropython/extmod/asyncio/manifest.py" MICROPY_PY_BTREE=0 MICROPY_PY_FFI=0 MICROPY_PY_SSL=0 \
        MICROPY_SSL_MBEDTLS=0
    echo "$target: ${program#"$root/"}, $(size "$program" | awk 'NR == 2 { print $1 }') bytes of text"
}

# MicroPython's rp2 port takes TinyUSB and mbedtls from its own lib/. Where these are missing (a release
# tarball, a clone without submodules), links to all of it and to the pinned ones stand in for it.
complete_micropython() {
    [ -e "$micropython/lib/tinyusb/src" ] && [ -e "$micropython/lib/mbedtls/include" ] && return
    local complete=$out/micropython library
    "$setup" source tinyusb mbedtls
    rm -rf "$complete"
    cp -rs "$micropython" "$complete"
    for library in tinyusb mbedtls; do
        rm -rf "$complete/lib/$library"
        ln -s "$build/src/$library" "$complete/lib/$library"
    done
    micropython=$complete
    GIT_CEILING_DIRECTORIES=$out
}

# The folders of the user C modules that CMake is to include.
module_folders() {
    ls -d "$modules"/*/micropython.cmake | xargs -n 1 dirname | paste -s -d ';'
}

build_rp2() {
    local board=$1 family=$2 sdk options
    [ -n "${PICO_SDK_PATH:-}" ] || "$setup" source pico-sdk
    sdk=$(realpath -m "${PICO_SDK_PATH:-$build/src/pico-sdk}")
    [ -e "$sdk/pico_sdk_init.cmake" ] || die "PICO_SDK_PATH=$sdk holds no pico-sdk"
    complete_micropython
    if [ -d "$root/boards/$board" ]; then
        options=(-DMICROPY_BOARD_DIR="$root/boards/$board" -DMICROPY_FROZEN_MANIFEST="$root/boards/$board/manifest.py"
            -DUSER_C_MODULES="$(module_folders)" -DCMSIS_NN_LIB="${CMSIS_NN_LIB:-}" -DCMSIS_NN_INCLUDE="${CMSIS_NN_INCLUDE:-}"
            -DMINFER_OPS="$MINFER_OPS")
    else # a board of MicroPython's
        options=(-DMICROPY_FROZEN_MANIFEST="$root/boards/stock_manifest.py")
    fi
    logged cmake -S "$micropython/ports/rp2" -B "$out" -G Ninja -DPICO_NO_PICOTOOL=1 \
        -DPICO_SDK_PATH_OVERRIDE="$sdk" -DMICROPY_BOARD="$board" -DMICROPY_LIB_DIR="$micropython" "${options[@]}"
    logged ninja -C "$out" -j2
    logged "${PYTHON:-python3}" "$micropython/tools/uf2conv.py" -b 0x10000000 -f "$family" -c \
        -o "$out/firmware.uf2" "$out/firmware.bin"
    if [ "$target" = pico-stock ]; then
        echo "$target: ${out#"$root/"}/firmware.uf2, $(stat -c %s "$out/firmware.bin") bytes of flash"
    else
        "$setup" pypi pyelftools
        "$build/venv/bin/python" "$root/firmware/check_image.py" "$target" "$out"
    fi
}

build_qemu() {
    local board=$1 size=arm-none-eabi-size options=(USER_C_MODULES="$modules")
    if [[ $target = *-stock ]]; then
        options=(USER_C_MODULES= FROZEN_MANIFEST="$micropython/extmod/asyncio/manifest.py")
    fi
    [ "$board" != QEMU_RV32 ] || size=riscv64-unknown-elf-size
    logged make -C "$micropython/ports/qemu" -j2 BUILD="$out" BOARD="$board" BOARD_DIR="$root/boards/$board" \
        MPY_LIB_DIR="$micropython" "${options[@]}"
    echo "$target: ${out#"$root/"}/firmware.elf, $("$size" "$out/firmware.elf" |
        awk 'NR == 2 { print $1 }') bytes of text"
}

build_qemu_xtensa() {
    "$setup" xtensa
    logged make -C "$root/boards/QEMU_XTENSA" -j2 MICROPYTHON="$micropython" BUILD="$out" \
        MPY_LIB_DIR="$micropython" "$@"
    echo "$target: ${out#"$root/"}/firmware.elf, $(xtensa-lx106-elf-size "$out/firmware.elf" |
        awk 'NR == 2 { print $1 }') bytes of text"
}

. "$root/firmware/esp32.sh"

case $target in
    mpy-cross | unix | unix-asan | unix-stock) packages=(build-essential) ;;
    pico | pico2 | pico-stock)
        packages=(build-essential cmake ninja-build gcc-arm-none-eabi libnewlib-arm-none-eabi
            libstdc++-arm-none-eabi-newlib)
        ;;
    qemu-m33 | qemu-m3-stock | qemu-m4-stock | qemu-m33-stock | microbit-stock)
        packages=(build-essential gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm)
        ;;
    qemu-rv32 | qemu-rv32-stock)
        packages=(build-essential gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf qemu-system-misc)
        ;;
    qemu-xtensa | qemu-xtensa-stock) packages=(build-essential) ;;
    esp32 | esp32-spiram | esp32s3 | esp32s3-spiram-oct | esp32c3 | esp32c6)
        packages=(build-essential cmake ninja-build)
        find_esp_idf
        ;;
    *) die "no target '$target': unix, unix-asan, pico, pico2, qemu-m33, qemu-rv32, qemu-xtensa, esp32, esp32-spiram, esp32s3," \
        "esp32s3-spiram-oct, esp32c3, esp32c6; unix-stock, pico-stock, qemu-m3-stock, qemu-m4-stock, qemu-m33-stock," \
        "qemu-rv32-stock, microbit-stock, qemu-xtensa-stock; mpy-cross" ;;
esac

mkdir -p "$build"
if [ "$target" = mpy-cross ]; then
    log=$build/mpy-cross.log
    "$setup" debian "${packages[@]}"
    find_micropython
    build_mpy_cross
    exit
fi
exec 9>"$build/.$target.lock"
flock 9
check_operators
"$setup" debian "${packages[@]}"
find_micropython
find_cmsis_nn
link_modules
start_afresh_unless "$out" "$micropython $(ls "$modules") ${cmsis_nn:-} $MINFER_OPS $(sha256sum <"$0")"
: >"$log"
# MicroPython's makefiles do not relink for a source that went.
sources=$(cd "$modules" && find -L . -name '*.c' | sort)
if [ "$(cat "$out/.sources" 2>/dev/null)" != "$sources" ]; then
    rm -f "$out/firmware.elf"
    [ -d "$out/micropython" ] || rm -f "$out/micropython"
    echo "$sources" >"$out/.sources"
fi
build_mpy_cross
case $target in
    unix | unix-asan) build_unix ;;
    unix-stock) build_unix_stock ;;
    pico-stock) build_rp2 RPI_PICO 0xe48bff56 ;;
    pico) build_rp2 MINFER_PICO 0xe48bff56 ;;
    pico2) build_rp2 MINFER_PICO2 0xe48bff59 ;;
    esp32) build_esp32 MINFER_ESP32 ;;
    esp32-spiram) build_esp32 MINFER_ESP32 SPIRAM ;;
    esp32s3) build_esp32 MINFER_ESP32S3 ;;
    esp32s3-spiram-oct) build_esp32 MINFER_ESP32S3 SPIRAM_OCT ;;
    esp32c3) build_esp32 MINFER_ESP32C3 ;;
    esp32c6) build_esp32 MINFER_ESP32C6 ;;
    qemu-xtensa) build_qemu_xtensa USER_C_MODULES="$modules" ;;
    qemu-xtensa-stock) build_qemu_xtensa FROZEN_MANIFEST= ;;
    microbit-stock) build_qemu QEMU_MICROBIT ;;
    qemu-*)
        board=${target%-stock}
        board=${board//-/_}
        build_qemu "${board^^}"
        ;;
esac
