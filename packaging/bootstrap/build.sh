# SPDX-License-Identifier: Apache-2.0
# Configure and build. CMake runs when what it was last given has changed; ninja runs it again by itself when one of
# its files has.

build_preset() {
    if [ -n "${TOEPLAB_PRESET:-}" ]; then
        printf '%s\n' "$TOEPLAB_PRESET"
    elif [ "${CI:-}" = true ]; then
        printf 'ci\n'
    else
        printf 'release\n'
    fi
}

# ci is the release flavour with warnings as errors.
build_folder() { # PRESET
    case $1 in
        ci) printf '%s/build/release\n' "$root" ;;
        *) printf '%s/build/%s\n' "$root" "$1" ;;
    esac
}

# One compiler takes up to 1.4 GiB where LibTorch's headers come in.
compile_jobs() {
    local cores memory
    cores=$(nproc)
    memory=$(awk '/^MemAvailable/ {print int($2 / 1400000)}' /proc/meminfo)
    ((memory >= 1)) || memory=1
    printf '%s\n' "${TOEPLAB_JOBS:-$((cores < memory ? cores : memory))}"
}

configure() { # FOLDER ARGUMENT...
    local folder=$1 given
    shift
    given="$* $(cksum <"$root/CMakePresets.json")"
    if [ -f "$folder/build.ninja" ] && [ -f "$folder/configured" ] && [ "$(<"$folder/configured")" = "$given" ]; then
        return
    fi
    step "Configuring (a few seconds)"
    mkdir -p -- "$folder"
    rm -f -- "$folder/configured"
    if ! (cd -- "$root" && cmake "$@") >"$folder/configure.log" 2>&1; then
        show_end_of "$folder/configure.log" 40
        fail "CMake stopped; the whole log is $folder/configure.log."
    fi
    printf '%s\n' "$given" >"$folder/configured"
}

# The number of commands that ninja would run; "some" when it has to run CMake first and does not know yet.
pending_commands() { # FOLDER TARGET
    local last
    last=$(ninja -C "$1" -n "$2" 2>&1 | tail -n 1) || last=unknown # the real run shows what is wrong
    case $last in
        *"no work to do"*) printf '0\n' ;;
        "["*) sed 's|^\[[0-9]*/\([0-9]*\)\].*|\1|' <<<"$last" ;;
        *) printf 'some\n' ;;
    esac
}

build_time() { # COMMANDS
    case $1 in
        some) printf 'as much as has changed' ;;
        ?|??) printf 'up to a few minutes' ;;
        *) printf 'about %d minutes the first time, seconds with a warm ccache' $((1 + $1 * 3 / $(compile_jobs) / 60)) ;;
    esac
}

compile() { # FOLDER TARGET
    local pending
    pending=$(pending_commands "$1" "$2")
    [ "$pending" != 0 ] || return 0
    step "Building: $pending steps ($(build_time "$pending"))"
    if ! NINJA_STATUS='[%f of %t, %e s] ' nice ninja -C "$1" -j "$(compile_jobs)" "$2" >&2; then
        fail "the build stopped; the first error above says where."
    fi
    step "Built"
}

# Installs, configures and builds; TARGET is `programs`, or `all` with the tests. Two starts in one clone take turns.
set_up() { # FOLDER TARGET [CMAKE ARGUMENT...]
    local folder=$1 target=$2 window=${TOEPLAB_WINDOW:-ON} tests=OFF libtorch lists=(build)
    shift 2
    # Once the tests are configured they stay, so that the next plain start changes nothing.
    if [ "$target" = all ] || grep -q '^TOEPLAB_TESTS:BOOL=ON' "$folder/CMakeCache.txt" 2>/dev/null; then
        tests=ON
        lists+=(tests)
    fi
    [ "$window" = OFF ] || lists+=(window)
    mkdir -p -- "$folder"
    (
        if ! flock -n 8; then
            step "Another Toeplab is building in this clone; waiting for it"
            flock 8
        fi
        ensure_packages "${lists[@]}" 8>&- # a service that a package starts must not keep the lock
        libtorch=$(ensure_libtorch)
        configure "$folder" --preset "$(build_preset)" -DTOEPLAB_LIBTORCH="$libtorch" -DTOEPLAB_WINDOW="$window" \
            -DTOEPLAB_TESTS="$tests" "$@"
        compile "$folder" "$target"
    ) 8>"$folder/lock"
}
