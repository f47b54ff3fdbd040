# SPDX-License-Identifier: Apache-2.0
# Which commands there are, and who runs them.

engine_commands="train eval analyze data runs presets machine serve bench"
window_commands="figure"
own_commands="test build"

is_one_of() { # WORD LIST
    case " $2 " in *" $1 "*) return 0 ;; esac
    return 1
}

print_version() {
    sed -n 's/^project(toeplab VERSION \([0-9.]*\).*/toeplab \1/p' "$root/CMakeLists.txt"
}

print_help() {
    cat <<'TEXT'
Toeplab: a workbench for Toeplitz neural networks.

  ./toeplab [FILE.h5 ...]            open the window (with these runs)
  ./toeplab train PRESET|FILE.json   train without a window
  ./toeplab eval RUN.h5              evaluate a checkpoint on every sample of a split
  ./toeplab analyze RUN.h5           the ladder: a row for each layer
  ./toeplab figure KIND|SPEC.json    draw a figure from a run, with no display
  ./toeplab data ...                 the data sets: list, generate, import, verify
  ./toeplab runs ...                 the run files: list, show, diff, doctor, export
  ./toeplab presets [NAME]           list them, or print one as JSON that `train` accepts back
  ./toeplab machine                  versions, devices, what is missing and how to get it
  ./toeplab serve                    the protocol on standard input and output
  ./toeplab bench operator|step|race time an operator, a training step, or all operators
  ./toeplab test [CTEST ARGS]        build and run every test (-R golden, -L gui, ...)
  ./toeplab build [CMAKE ARGS]       set up and build only

Each installs what is missing, builds what has changed and then runs. `./toeplab COMMAND --help` says more.

  TOEPLAB_WINDOW=OFF      build without the window and without Qt
  TOEPLAB_PRESET=NAME     build and run another flavour: debug, asan, tsan (CMakePresets.json)
  TOEPLAB_GPU=ON|OFF      fetch and build what a graphics card needs, or not (default: where there is a driver)
  TOEPLAB_LIBTORCH=DIR    use this LibTorch (a folder that holds torch/ and nvidia/) instead of the cached one
  TOEPLAB_PIP=COMMAND     download with this pip
  TOEPLAB_JOBS=N          compile so many files at once

Example: ./toeplab train tour --minutes 1 --seed 1
TEXT
}

# The commands that WORD may have meant, nearest first: those that begin with it, and those at most two edits away.
nearest_commands() {
    printf '%s\n' $engine_commands $window_commands $own_commands | awk -v word="$1" '
        function least(a, b, c) { return a < b ? (a < c ? a : c) : (b < c ? b : c) }
        function distance(a, b,    i, j, d) {
            for (i = 0; i <= length(a); i++) d[i, 0] = i
            for (j = 0; j <= length(b); j++) d[0, j] = j
            for (i = 1; i <= length(a); i++)
                for (j = 1; j <= length(b); j++)
                    d[i, j] = least(d[i-1, j] + 1, d[i, j-1] + 1, d[i-1, j-1] + (substr(a, i, 1) != substr(b, j, 1)))
            return d[length(a), length(b)]
        }
        { far = index($0, word) == 1 ? 0 : distance(word, $0); if (far <= 2) print far, $0 }
    ' | sort -n | head -n 3 | cut -d ' ' -f 2
}

refuse_command() {
    local names
    names=$(nearest_commands "$1" | paste -s -d ' ' | sed 's/ /, /g')
    if [ -n "$names" ]; then
        refuse "there is no command or file '$1'; did you mean: $names? ./toeplab --help lists them all."
    fi
    refuse "there is no command or file '$1'; ./toeplab --help lists the commands."
}
