# SPDX-License-Identifier: Apache-2.0
# From the arguments to the program that runs.

# Reference vectors and real data, where they lie beside the clone and nobody has said otherwise.
find_test_data() {
    local beside
    beside=$(dirname -- "$root")/shared
    if [ -z "${TOEPLAB_GOLDEN_DIR:-}" ] && [ -d "$beside/golden" ]; then
        export TOEPLAB_GOLDEN_DIR=$beside/golden
    fi
    if [ -z "${TOEPLAB_DATA_DIR:-}" ] && [ -d "$beside/data" ]; then
        export TOEPLAB_DATA_DIR=$beside/data
    fi
}

run_tests() { # FOLDER [CTEST ARGUMENT...]
    local folder=$1
    shift
    set_up "$folder" all
    find_test_data
    step "Testing"
    cd -- "$root"
    exec ctest --preset "$(build_preset)" --parallel "$(nproc)" --output-junit "$folder/test-results.xml" "$@"
}

has_display() { [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}${QT_QPA_PLATFORM:-}" ]; }

need_window() {
    if [ "${TOEPLAB_WINDOW:-ON}" = OFF ]; then
        fail "TOEPLAB_WINDOW=OFF leaves out the window and the figures. Unset it, or use one of: $engine_commands."
    fi
}

open_window() { # FOLDER [ARGUMENT...]
    local folder=$1
    shift
    need_window
    set_up "$folder" programs
    if ! has_display; then
        fail "there is no display to open a window on. Headless commands work here: ${engine_commands% bench} $window_commands bench (./toeplab --help)."
    fi
    exec "$folder/bin/toeplab" "$@"
}

run_program() { # FOLDER PROGRAM [ARGUMENT...]
    local folder=$1 program=$2
    shift 2
    set_up "$folder" programs
    exec "$folder/bin/$program" "$@"
}

main() {
    local first=${1:-} folder
    folder=$(build_folder "$(build_preset)")
    case $first in
        -h | --help | help) print_help; return ;;
        --version) print_version; return ;;
    esac
    if is_one_of "${2:-}" "-h --help" && is_one_of "$first" "$own_commands"; then
        print_help
    elif [ "$first" = test ]; then
        run_tests "$folder" "${@:2}"
    elif [ "$first" = build ]; then
        set_up "$folder" programs "${@:2}"
    elif [ -n "$first" ] && is_one_of "$first" "$engine_commands"; then
        run_program "$folder" toeplab-engine "$@"
    elif [ -n "$first" ] && is_one_of "$first" "$window_commands"; then
        need_window
        run_program "$folder" toeplab "$@"
    elif [[ -z $first || $first == -* || $first == *.h5 || -e $first ]]; then
        open_window "$folder" "$@"
    else
        refuse_command "$first"
    fi
}
