# shellcheck shell=bash disable=SC2034 # the scripts use what is set here
# What the scripts of this folder share; they source it. They take the name of a stack and
# a folder for what they write, and everything else from the environment: the credentials
# and the backend as the pulumi CLI reads them, and the limits of "gomeet cost" as
#   GOMEET_MAX_MONTHLY, GOMEET_MAX_INCREASE, GOMEET_MAX_INCREASE_PERCENT
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# An installed Pulumi comes before the one that tools/ci/setup built.
export PATH=$PATH:$PWD/tools/bin
export PULUMI_SKIP_UPDATE_CHECK=true
# The Kubernetes provider leaves every kubeconfig in a temporary file: they go with the
# folder.
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

# begin ARGUMENTS: sets stack and folder.
begin() {
  stack=${1:?"usage: ${0##*/} STACK [FOLDER]"}
  folder=${2:-ci-$stack}
  [[ -f Pulumi.$stack.yaml ]] || {
    echo "${0##*/}: there is no Pulumi.$stack.yaml" >&2
    exit 1
  }
  mkdir -p "$folder"
}

# limits of "gomeet cost".
limits=()
[[ -z ${GOMEET_MAX_MONTHLY:-} ]] || limits+=(--max-monthly "$GOMEET_MAX_MONTHLY")
[[ -z ${GOMEET_MAX_INCREASE:-} ]] || limits+=(--max-increase "$GOMEET_MAX_INCREASE")
[[ -z ${GOMEET_MAX_INCREASE_PERCENT:-} ]] || limits+=(--max-increase-percent "$GOMEET_MAX_INCREASE_PERCENT")

# policies of "pulumi preview" and "pulumi up", where the repository has them.
policies=()
[[ ! -f policies/PulumiPolicy.yaml ]] || policies=(--policy-pack policies)

# The state's cluster credentials may have expired: every run reads new ones.
options=(--refresh --non-interactive --color never)
