# SPDX-License-Identifier: Apache-2.0
# Words for people, all on standard error.

say() { printf 'toeplab: %s\n' "$*" >&2; }

# A step of the set-up, with the seconds since the start in front.
step() { printf '[%4d s] %s\n' "$SECONDS" "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

# Wrong usage.
refuse() {
    say "$*"
    exit 2
}

# The last lines of a log, indented, before a failure is explained.
show_end_of() { tail -n "${2:-15}" -- "$1" | sed 's/^/    /' >&2; }
