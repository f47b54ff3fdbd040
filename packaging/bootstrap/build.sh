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

build_time() { # STEPS
    if (($1 < 40)); then
        printf 'up to a minute or two'
    else
        printf 'about %d minutes, less with a warm ccache' $((1 + $1 * 5 / $(compile_jobs) / 60))
    fi
}

# Turns ninja's lines into one that is overwritten on a terminal, and into a line for each tenth elsewhere; what
# compilers say comes through. Of ninja's own preparations and the commit's look-up, which run each time, nothing is shown.
show_progress() {
    local line count total left tenth=0 announced=0 begun=$SECONDS erase='' clear=$'\r\e[K'
    while IFS= read -r line; do
        if [[ $line =~ ^\[([0-9]+)/([0-9]+)\]\ (.*) ]]; then
            count=${BASH_REMATCH[1]} total=${BASH_REMATCH[2]}
            [[ $line != *"Re-running CMake"* ]] || step "Configuring again: one of CMake's files has changed"
            if ((count == 0)) || [[ $line == *GitVersion.cmake* ]]; then
                continue
            fi
            if ((total > announced)); then # what comes after a new configuration is counted anew
                step "Building: $total steps ($(build_time "$total"))"
                announced=$total tenth=0 begun=$SECONDS
            fi
            left=$(((SECONDS - begun) * (total - count) / count))
            if [ -t 2 ]; then
                line="$count of $total, about $left s left: ${BASH_REMATCH[3]#Building CXX object }"
                printf '%s[%4d s] %s' "$clear" "$SECONDS" "${line:0:$((${COLUMNS:-80} - 12))}" >&2
                erase=$clear
            elif ((count * 10 / total > tenth)); then
                tenth=$((count * 10 / total))
                step "$count of $total, about $left s left"
            fi
        elif [[ $line != "ninja: Entering directory"* && $line != "ninja: no work to do." && $line != "-- "* ]]; then
            printf '%s%s\n' "$erase" "$line" >&2
            erase=''
        fi
    done
    printf '%s' "$erase" >&2
}

compile() { # FOLDER TARGET
    if ! nice ninja -C "$1" -j "$(compile_jobs)" "$2" 2>&1 | show_progress; then
        fail "the build stopped; the first error above says where."
    fi
}

# Installs, configures and builds; TARGET is `programs`, or `all` with the tests. Two starts in one clone take turns.
set_up() { # FOLDER TARGET [CMAKE ARGUMENT...]
    local folder=$1 target=$2 window=${TOEPLAB_WINDOW:-ON} gpu=OFF tests=OFF libtorch lists=(build)
    shift 2
    # Once the tests are configured they stay, so that the next plain start changes nothing.
    if [ "$target" = all ] || grep -q '^TOEPLAB_TESTS:BOOL=ON' "$folder/CMakeCache.txt" 2>/dev/null; then
        tests=ON
        lists+=(tests)
    fi
    [ "$window" = OFF ] || lists+=(window)
    if has_gpu; then
        gpu=ON
    fi
    mkdir -p -- "$folder"
    (
        if ! flock -n 8; then
            step "Another Toeplab is building in this clone; waiting for it"
            flock 8
        fi
        ensure_packages "${lists[@]}" 8>&- # a service that a package starts must not keep the lock
        libtorch=$(ensure_libtorch)
        configure "$folder" --preset "$(build_preset)" -DTOEPLAB_LIBTORCH="$libtorch" -DTOEPLAB_WINDOW="$window" \
            -DTOEPLAB_GPU="$gpu" -DTOEPLAB_TESTS="$tests" "$@"
        compile "$folder" "$target"
    ) 8>"$folder/lock"
}
