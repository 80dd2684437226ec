# Installs missing Debian packages if this user may. Sourced by build-static, debian/build, quickstart and test.

# Debian's directories of nginx, which an ordinary user's PATH may lack.
PATH=$PATH:/usr/sbin:/sbin

say() { printf '%s\n' "$*"; }
fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

has_command() { command -v "$1" >/dev/null; }
has_header() { [ -e "/usr/include/$1" ] || [ -e "/usr/local/include/$1" ]; }
has_python_venv() { has_command python3 && python3 -c 'import ensurepip, venv' 2>/dev/null; }

# require PACKAGE CHECK…: requests the package if the check fails. install_missing installs it.
missing=()
require() {
    local package=$1
    shift
    "$@" || missing+=("$package")
}

# prefer PACKAGE CHECK…: the same, but the package may not exist. Ubuntu, for example, has no Chromium package.
preferred=()
prefer() {
    local package=$1
    shift
    "$@" || preferred+=("$package")
}

# Requests the preferred packages that exist according to apt's current lists.
require_preferred() {
    local package unknown=()
    for package in "${preferred[@]}"; do
        if [[ $(apt-cache policy "$package" 2>/dev/null) =~ Candidate:\ [^\(] ]]; then
            missing+=("$package")
        else
            unknown+=("$package")
        fi
    done
    preferred=("${unknown[@]}")
}

# Installs the requested packages; if this user may not, prints the command and exits.
install_missing() {
    require_preferred
    install_required
    [ ${#preferred[@]} -eq 0 ] || say "There is no package ${preferred[*]} here. Parts that need it are skipped."
}

install_required() {
    [ ${#missing[@]} -gt 0 ] || return 0
    local as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    local command="apt-get update && ${as_root[*]}${as_root:+ }apt-get install -y --no-install-recommends ${missing[*]}"
    has_command apt-get || fail "Missing: ${missing[*]} (Debian's names). Install them, then run this again."
    if [ ${#as_root[@]} -gt 0 ] && ! sudo -n true 2>/dev/null; then
        fail "Missing: ${missing[*]}. Install them, then run this again:
    ${as_root[*]} $command"
    fi
    "${as_root[@]}" apt-get -qq update </dev/null || fail "apt-get update failed."
    # On a new machine, apt has no lists before the update.
    require_preferred
    say "Installing ${missing[*]} …"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq install -y --no-install-recommends "${missing[@]}" </dev/null || fail "apt-get install failed."
    # Debian starts a server as soon as it is installed; these are not wanted.
    local server
    for server in nginx apache2 lighttpd fcgiwrap prometheus; do
        [[ " ${missing[*]} " == *" $server "* ]] || continue
        if has_command systemctl; then "${as_root[@]}" systemctl -q disable "$server" 2>/dev/null || true; fi
        if has_command service; then "${as_root[@]}" service "$server" stop >/dev/null 2>&1 || true; fi
    done
}

require_swift() {
    has_command swift || fail "Swift 6.2 or later is needed: https://www.swift.org/install/linux/"
}
