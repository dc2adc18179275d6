#!/bin/bash
# Provides what a build needs, and only when it is missing:
#   setup.sh debian PACKAGE...   packages of the running Debian (root, or sudo)
#   setup.sh source NAME...      sources and tools of pins.txt, unpacked at build/src/NAME
#   setup.sh venv                the virtual environment build/venv
#   setup.sh pip ARGUMENT...     pip install in it
#   setup.sh pypi NAME...        wheels of pins.txt in it
#   setup.sh emulator            what the emulated Pico is made of
#   setup.sh xtensa              a compiler for the ESP32's cores, and QEMU for them
# Nothing outside build/ is written, Debian packages apart.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
build=$root/build
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

die() {
    echo "set-up: $*" >&2
    exit 2
}

# Sets as_root to what makes a command run as root; $* is what root is needed for.
need_root() {
    as_root=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; } ||
            die "root or sudo is needed once, for: $*"
        as_root=(sudo)
    fi
}

debian() {
    command -v dpkg-query >/dev/null ||
        die "this is no Debian: install by hand what these packages hold: $*"
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    if [ ${#missing[@]} = 0 ]; then
        return
    fi
    need_root "apt-get install ${missing[*]}"
    echo "set-up: installing ${missing[*]}"
    local install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=400
        install -y --no-install-recommends "${missing[@]}")
    # The package lists may be absent or old: they are fetched only when the first attempt fails.
    if ! "${install[@]}" >"$build/apt.log" 2>&1; then
        "${as_root[@]}" apt-get -qq update >>"$build/apt.log" 2>&1 || true
        "${install[@]}" >>"$build/apt.log" 2>&1 ||
            { tail -n 5 "$build/apt.log" >&2; die "apt-get could not install ${missing[*]}"; }
    fi
}

# Sets kind, package, version and sha256 to the row of pins.txt called $1.
pin() {
    read -r _ kind package version sha256 < <(grep -E "^$1 " "$root/firmware/pins.txt") ||
        die "firmware/pins.txt has no row '$1'"
}

# The mirror the system itself uses for Debian, so that proxies and local mirrors keep working.
mirror() {
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | head -n 1
}

# An apt configuration for Debian 13 with its own sources, lists and cache; the system's stays as it is.
private_apt() {
    local apt=$build/apt uri
    export APT_CONFIG=$apt/apt.conf
    if [ -e "$apt/ready" ]; then
        return
    fi
    [ -e "$keyring" ] || die "$keyring is missing: install debian-archive-keyring"
    uri=$(APT_CONFIG='' mirror)
    if [ -z "$uri" ]; then
        need_root "apt-get update"
        APT_CONFIG='' "${as_root[@]}" apt-get -qq update >"$build/apt.log" 2>&1 || true
        uri=$(APT_CONFIG='' mirror)
    fi
    [ -n "$uri" ] || die "apt knows no Debian mirror: see apt-get indextargets"
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
    printf "%s [signed-by=$keyring] $uri trixie main\n" deb deb-src >"$apt/sources.list"
    cat >"$APT_CONFIG" <<END
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "-";
Dir::State::lists "$apt/lists";
Dir::Cache "$apt/cache";
APT::Sandbox::User "root";
Acquire::Languages "none";
END
    apt-get -qq update || die "Debian 13's package lists could not be fetched from $uri"
    touch "$apt/ready"
}

# Unpacks the sources of row $1 at build/src/$1; the file .pin there records which.
source_of() {
    local name=$1 target=$build/src/$1 part=$build/src/$1.part kind package version sha256 file
    pin "$name"
    if [ "$(cat "$target/.pin" 2>/dev/null)" = "$sha256" ]; then
        return
    fi
    echo "set-up: fetching $package $version"
    if [ "$kind" = tool ]; then
        unset APT_CONFIG
        if ! apt-cache show "$package=$version" >/dev/null 2>&1; then
            need_root "apt-get update"
            "${as_root[@]}" apt-get -qq update >"$build/apt.log" 2>&1 || true
        fi
    else
        private_apt
    fi
    rm -rf "$part"
    mkdir -p "$part/download" "$part/tree"
    case $kind in
        orig) local fetch=(source --download-only --tar-only) ;;
        deb | tool) local fetch=(download -o APT::Sandbox::User=root) ;;
    esac
    (cd "$part/download" && apt-get -qq "${fetch[@]}" "$package=$version" >&2) ||
        die "$package $version is not to be had from Debian; put its present version and SHA-256 in firmware/pins.txt"
    file=$(echo "$part"/download/*)
    echo "$sha256  $file" | sha256sum --check --quiet --status ||
        die "$(basename "$file") has SHA-256 $(sha256sum <"$file" | cut -d ' ' -f 1), firmware/pins.txt says $sha256"
    case $kind in
        orig) tar -xf "$file" -C "$part/tree" --strip-components=1 ;;
        deb)
            dpkg-deb --fsys-tarfile "$file" | tar -x -C "$part/tree" --strip-components=4 --wildcards './usr/src/*/*' ;;
        tool) dpkg-deb --fsys-tarfile "$file" | tar -x -C "$part/tree" ;;
    esac
    echo "$sha256" >"$part/tree/.pin"
    rm -rf "$target"
    mv "$part/tree" "$target"
    rm -rf "$part"
}

venv() {
    local python=${PYTHON:-python3}
    if [ -e "$build/venv/.ready" ]; then
        return
    fi
    debian build-essential python3-dev python3-venv
    "$python" -c 'import sys; sys.exit(not (3, 9) <= sys.version_info < (3, 13))' ||
        die "$("$python" --version) found, Python 3.9 to 3.12 needed: say which with PYTHON=..."
    echo "set-up: virtual environment build/venv"
    "$python" -m venv --clear "$build/venv"
    pip setuptools wheel cffi
    touch "$build/venv/.ready"
}

pip() {
    PIP_CACHE_DIR=$build/pip-cache "$build/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
}

pypi() {
    local name kind package version sha256
    for name in "$@"; do
        pin "$name"
        if [ "$(cat "$build/venv/.$name" 2>/dev/null)" = "$sha256" ]; then
            continue
        fi
        venv
        pip --require-hashes -r <(echo "$package==$version --hash=sha256:$sha256")
        echo "$sha256" >"$build/venv/.$name"
    done
}

emulator() {
    local major
    major=$(node --version 2>/dev/null | grep -o '[0-9]*' | head -n 1) || true
    [ "${major:-0}" -ge 18 ] || debian nodejs
    command -v npm >/dev/null || debian npm
    npm ci --prefix "$root/firmware/emulator" --cache "$build/npm-cache" --silent --no-audit --no-fund ||
        die "npm could not install what firmware/emulator/package-lock.json lists"
}

# LLVM is unpacked only; firmware/xtensa/cc finds it.
xtensa() {
    debian binutils-xtensa-lx106 picolibc-riscv64-unknown-elf qemu-user libedit2 libpfm4 libxml2 libz3-4
    local name
    for name in llvm libllvm clang libclang clang-headers; do
        source_of "$name"
    done
}

mkdir -p "$build/src"
exec 9>"$build/.setup.lock"
flock 9
command=$1
shift
case $command in
    source) for name in "$@"; do source_of "$name"; done ;;
    debian | venv | pip | pypi | emulator | xtensa) "$command" "$@" ;;
    *) die "unknown command $command" ;;
esac
