#!/bin/sh
# Programs that Ask takes from Debian's packages.
#
#   debian.sh [--install] PACKAGE...
#
# Succeeds at once when everything is there. Otherwise the command that installs what is missing is
# run, if --install was given and the user may (root, or sudo without a password); else it is
# printed, and this fails.
set -eu

is_there() {
    case $1 in
        python3*-venv) "${PYTHON:-python3}" -c 'import ensurepip, venv' ;;
        python3*) command -v "$1" ;;
        postgresql) command -v initdb || ls /usr/lib/postgresql/*/bin/initdb ;;
        chromium) command -v chromium || command -v chromium-browser ;;
        gettext) command -v msgfmt && command -v xgettext ;;
        # Users without root rarely have /usr/sbin in their PATH.
        cron) command -v cron || test -x /usr/sbin/cron ;;
        *) dpkg -s "$1" ;;
    esac >/dev/null 2>&1
}

may_install=no
if [ "${1:-}" = --install ]; then
    may_install=yes
    shift
fi

missing=
for package in "$@"; do
    is_there "$package" || missing="$missing $package"
done
[ "$missing" ] || exit 0

sudo=
[ "$(id -u)" = 0 ] || sudo="sudo "
command="${sudo}apt-get update && ${sudo}apt-get install -y --no-install-recommends$missing"

if ! command -v apt-get >/dev/null; then
    echo "Missing:$missing (Debian's names). Install them with this system's package manager." >&2
    exit 1
fi
if [ $may_install = no ] || { [ "$sudo" ] && ! sudo -n true 2>/dev/null; }; then
    echo "Missing:$missing. Install with:  $command" >&2
    exit 1
fi

echo "Installing$missing from Debian's packages."
[ -z "$sudo" ] || sudo="sudo -n "
run="${sudo}env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0"
if ! { $run update && $run install -y --no-install-recommends $missing >/dev/null; } </dev/null; then
    echo "That failed. Install with:  $command" >&2
    exit 1
fi
for package in $missing; do
    is_there "$package" || {
        echo "$package was installed, and still its programs are not found." >&2
        exit 1
    }
done
