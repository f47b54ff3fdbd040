# SPDX-License-Identifier: Apache-2.0
# LibTorch, unpacked once for all clones of a user: $XDG_CACHE_HOME/toeplab/libtorch-VERSION with torch/ and nvidia/, or
# libtorch-VERSION-cuda where there is a graphics card, with its CUDA half. What is under that name is whole: it is
# unpacked beside it and renamed. packaging/libtorch.txt and packaging/libtorch_cuda.txt name the wheels.

libtorch_list=$root/packaging/libtorch.txt
libtorch_cuda_list=$root/packaging/libtorch_cuda.txt
libtorch_tries=4
libtorch_disk_mib=2200       # wheels and what they unpack to, side by side for a moment
libtorch_cuda_disk_mib=6500

# TOEPLAB_GPU=ON|OFF decides; else the driver does.
has_gpu() {
    case "${TOEPLAB_GPU:-AUTO}" in
    ON) true ;;
    OFF) false ;;
    *) [ -e /proc/driver/nvidia/version ] || [ -e /dev/nvidiactl ] ;;
    esac
}

libtorch_wheels() {
    cat -- "$libtorch_list"
    if has_gpu; then
        cat -- "$libtorch_cuda_list"
    fi
}

libtorch_folder() {
    if [ -n "${TOEPLAB_LIBTORCH:-}" ]; then
        printf '%s\n' "$TOEPLAB_LIBTORCH"
    else
        printf '%s/toeplab/libtorch-%s%s\n' "${XDG_CACHE_HOME:-$HOME/.cache}" \
            "$(awk '$1 == "torch" {print $2}' "$libtorch_list")" "$(has_gpu && echo -cuda)"
    fi
}

# The mark inside the folder says of which wheels it was made.
libtorch_mark() { libtorch_wheels | awk '!/^#/ && NF {print $NF}'; }

libtorch_is_whole() { # FOLDER
    [ -f "$1/.wheels" ] && [ "$(<"$1/.wheels")" = "$(libtorch_mark)" ]
}

# Debian's own Python first: another one in PATH may come without pip.
find_pip() {
    local candidate
    for candidate in "${TOEPLAB_PIP:-false}" "/usr/bin/python3 -m pip" "python3 -m pip" pip3 pip; do
        if $candidate --version >/dev/null 2>&1; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    fail "no working pip was found; install python3-pip and run the same command again."
}

download_wheel() { # PIP NAME VERSION PLATFORM FOLDER
    local options=(--no-deps --only-binary=:all: --no-cache-dir --disable-pip-version-check --python-version 3.12
        --implementation cp --platform "$4" --retries 5 --timeout 60 --dest "$5")
    [ -t 2 ] || options+=(--progress-bar off)
    # Newer versions of pip go on where a broken download stopped.
    if $1 download --help 2>/dev/null | grep -q -e --resume-retries; then
        options+=(--resume-retries 10)
    fi
    TMPDIR=$work $1 download "${options[@]}" "$2==$3" >&2
}

fetch_wheel() { # PIP NAME VERSION PLATFORM SHA256 FOLDER
    local try pause=2
    for ((try = 1; try <= libtorch_tries; try++)); do
        rm -rf -- "$6"
        mkdir -p -- "$6"
        if download_wheel "$1" "$2" "$3" "$4" "$6"; then
            if [ "$(cat -- "$6"/*.whl | sha256sum)" = "$5  -" ]; then
                return
            fi
            fail "the wheel of $2 $3 is not the expected one (SHA-256 differs from what packaging/ has). Nothing was kept."
        fi
        if ((try < libtorch_tries)); then
            step "The download broke off; try $((try + 1)) of $libtorch_tries in $pause s"
            sleep "$pause"
            pause=$((pause * 4))
        fi
    done
    fail "$2 $3 could not be downloaded in $libtorch_tries tries. Check the network (pip's own words are above), then run the same command again."
}

fetch_libtorch() { # FOLDER: run under the lock, in a subshell of its own
    local folder=$1 pip free name version platform folders sha256 disk=$libtorch_disk_mib size="545 MB to download, 1.1 GB"
    if has_gpu; then
        disk=$libtorch_cuda_disk_mib size="with its CUDA half 2.6 GB to download, 3.9 GB"
    fi
    # Only a holder of the lock makes this folder: what is there was left by one that was killed.
    work=$1.part # not local: the trap outlives the function
    rm -rf -- "$work"
    trap 'rm -rf -- "$work"' EXIT
    trap 'exit 130' INT TERM HUP
    mkdir -p -- "$work/tree"

    free=$(df -Pm -- "$work" | awk 'NR == 2 {print $4}')
    if ((free < disk)); then
        fail "LibTorch needs $disk MiB in $(dirname -- "$folder") for a while, and $free MiB are free. Make room or set XDG_CACHE_HOME to another disk."
    fi
    pip=$(find_pip)
    step "Fetching LibTorch into $folder ($size on disk, once for all clones; a minute or two on a fast line)"
    while read -r name version platform folders sha256; do
        fetch_wheel "$pip" "$name" "$version" "$platform" "$sha256" "$work/wheel" </dev/null
        step "Unpacking $name $version"
        # shellcheck disable=SC2046  # the folders are words
        unzip -q -o "$work"/wheel/*.whl $(tr ',' '\n' <<<"$folders" | sed 's|$|/*|') -d "$work/tree" >&2 ||
            fail "the wheel of $name could not be unpacked; is the disk full?"
    done < <(libtorch_wheels | grep -v '^#')
    # Wheels do not say which of their files are programs.
    find "$work/tree/nvidia" -path '*/bin/*' -type f -exec chmod +x {} + ||
        fail "the files of LibTorch could not be made programs in $work."
    libtorch_mark >"$work/tree/.wheels"
    [ ! -e "$folder" ] || mv -T -- "$folder" "$work/outdated"
    mv -T -- "$work/tree" "$folder"
}

# Prints the folder, fetching it first where it is not there or not whole.
ensure_libtorch() {
    local folder
    folder=$(libtorch_folder)
    if [ -n "${TOEPLAB_LIBTORCH:-}" ]; then
        [ -e "$folder/torch/lib/libtorch_cpu.so" ] ||
            fail "TOEPLAB_LIBTORCH=$folder holds no torch/lib/libtorch_cpu.so. Unset it, and LibTorch is fetched."
    elif ! libtorch_is_whole "$folder"; then
        [ "$(uname -m)" = x86_64 ] || fail "LibTorch's wheel is for x86_64 and this machine is $(uname -m)."
        mkdir -p -- "$(dirname -- "$folder")"
        (
            if ! flock -n 9; then
                step "Another Toeplab is fetching LibTorch; waiting for it"
                flock 9
            fi
            libtorch_is_whole "$folder" || fetch_libtorch "$folder"
        ) 9>"$folder.lock"
    fi
    printf '%s\n' "$folder"
}
