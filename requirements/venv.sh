#!/bin/sh
# Makes .venv and installs one of the pinned files into it.
#
#   venv.sh [--install] run|dev
#
# Does nothing when that was done already. A stamp in .venv says which file is wholly installed;
# an interrupted run leaves none, and the next one begins with an empty .venv. With --install,
# Debian's packages of Python are installed too, where the user may.
set -eu
cd "$(dirname "$0")/.."

install=
if [ "${1:-}" = --install ]; then
    install=--install
    shift
fi
purpose=$1

# The folder belongs to the stamp: the programs of a .venv that was moved do not start.
stamp() { echo "$(cksum <"requirements/$1.txt") $PWD"; }
is_installed() { [ "$(cat ".venv/installed-$1" 2>/dev/null)" = "$(stamp "$1")" ]; }

if .venv/bin/python -c pass 2>/dev/null; then
    if is_installed "$purpose"; then exit 0; fi
else
    rm -f .venv/installed-*
fi

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if new_enough "$python"; then return; fi
    done
    return 1
}

if ! ls .venv/installed-* >/dev/null 2>&1; then
    if ! find_python; then
        python=${PYTHON:-python3}
        if found=$("$python" --version 2>/dev/null); then
            echo "Ask needs Python 3.11 or newer, and $python is $found." >&2
            PYTHON=python3.11 sh requirements/debian.sh $install python3.11 python3.11-venv
        else
            echo "Ask needs Python 3.11 or newer, and there is no $python." >&2
            sh requirements/debian.sh $install python3 python3-venv
        fi
        find_python || {
            echo "No Python 3.11 or newer was found; name one:  make PYTHON=/path/to/python3" >&2
            exit 1
        }
    fi
    # Debian's python3-venv serves its default Python; others have a package of their own.
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    [ "$python" != python3 ] || package=python3-venv
    PYTHON=$python sh requirements/debian.sh $install "$package"
    echo "Making .venv with $("$python" --version)."
    "$python" -m venv --clear .venv
fi

echo "Installing requirements/$purpose.txt into .venv."
rm -f .venv/installed-*
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
    --require-hashes --no-deps -r "requirements/$purpose.txt"
# dev.txt holds everything of run.txt, in the same versions.
stamp run >.venv/installed-run
[ "$purpose" = run ] || stamp dev >.venv/installed-dev
