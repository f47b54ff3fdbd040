# SPDX-License-Identifier: Apache-2.0
# Debian packages: asks dpkg first, so that nothing is called and no right is needed when all is there.

package_names() { # LIST...
    local list
    for list in "$@"; do
        sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$root/packaging/packages/$list.txt"
    done | sort -u
}

missing_packages() { # LIST...
    # dpkg-query complains about each name that it does not know: that is the answer here, not an error.
    comm -23 <(package_names "$@") \
        <(package_names "$@" | xargs dpkg-query -W -f='${db:Status-Status} ${Package}\n' 2>&1 |
            sed -n 's/^installed //p' | sort -u)
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}

# Whether apt-get may be called: as root, by sudo without a password, or with one that somebody can type.
may_install() {
    [ "$(id -u)" -eq 0 ] && return 0
    command -v sudo >/dev/null || return 1
    sudo -n true 2>/dev/null || [ -t 0 ]
}

ensure_packages() { # LIST...
    local missing count log=$root/build/packages.log
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "this system has no apt, so nothing is installed; the build needs what packaging/packages/*.txt name."
        return
    fi
    missing=$(missing_packages "$@" | paste -s -d ' ')
    [ -n "$missing" ] || return 0
    count=$(wc -w <<<"$missing")

    if ! may_install; then
        say "$count Debian packages are missing and only an administrator can install them. Run this, then try again:"
        printf '    sudo apt-get update && sudo apt-get install -y --no-install-recommends %s\n' "$missing" >&2
        exit 1
    fi
    step "Installing $count Debian packages (about two minutes for all of them): $missing"
    mkdir -p -- "$root/build"
    # shellcheck disable=SC2086  # the names are words
    if ! { apt_get update && apt_get install -y --no-install-recommends $missing; } >"$log" 2>&1 </dev/null; then
        show_end_of "$log"
        fail "the packages could not be installed; the lines above (from build/packages.log) say why."
    fi
}
