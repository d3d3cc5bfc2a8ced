#!/usr/bin/env bash
# Installs what is missing: Debian packages of packages.txt, and the npm packages
# of package-lock.json into node_modules/.
#
#   ./packages.sh run     what ./run needs to build and run Vedetta
#   ./packages.sh test    that, and what ./test needs
#
# Says what it installs. What is there already is left alone.
set -euo pipefail
cd "$(dirname "$0")"

purpose=${1:-}
if [[ $purpose != run && $purpose != test ]]; then
	echo "usage: ./packages.sh run|test" >&2
	exit 2
fi

is_there() { # package, command that will do as well
	if [[ -n $2 ]] && command -v "$2" >/dev/null; then
		return 0
	fi
	[[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

if ! command -v apt-get >/dev/null; then
	echo "packages.sh: this is no Debian; install by hand what packages.txt lists." >&2
	exit 1
fi

missing=()
while read -r package for command; do
	if [[ -z $package || $package == \#* || ($for == test && $purpose == run) ]]; then
		continue
	fi
	is_there "$package" "$command" || missing+=("$package")
done <packages.txt

if [[ ${#missing[@]} -gt 0 ]]; then
	as_root=()
	if [[ $(id -u) != 0 ]]; then
		if ! command -v sudo >/dev/null; then
			echo "packages.sh: these Debian packages are missing, and only root can" >&2
			echo "install them: apt-get install ${missing[*]}" >&2
			exit 1
		fi
		as_root=(sudo)
	fi
	echo "Installing from Debian: ${missing[*]}"
	"${as_root[@]}" apt-get -q update
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
		apt-get -q install -y --no-install-recommends "${missing[@]}"
fi

# npm leaves a copy of the lock file behind it: as long as it is the newer one,
# node_modules/ is what the lock file says.
if [[ ! node_modules/.package-lock.json -nt package-lock.json ]]; then
	echo "Installing from npm, exactly what package-lock.json says"
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	touch node_modules/.package-lock.json
fi
