# Every target takes STACK=dev|prod and works on the sandbox: a DigitalOcean that
# runs on this machine. No target touches a real account; for that, use the plain
# Pulumi CLI as docs/real-account.md says.
STACK ?= dev

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

TOOLS := $(CURDIR)/tools/bin
export GOMEET_SANDBOX_DIR ?= $(CURDIR)/.sandbox
export GOMEET_TOOLS := $(TOOLS)
SANDBOX := $(TOOLS)/gomeet-sandbox
# With an installed Pulumi its own plugins are used, see tools/build.
PLUGIN = $(if $(filter path,$(shell cat $(TOOLS)/.pulumi 2>/dev/null)),--official-plugin)
# The environment that points Pulumi at the sandbox; "make env" prints it.
ENV = eval "$$($(SANDBOX) env --stack $(STACK) $(PLUGIN))"; $(PRIVATE)
# The Kubernetes provider leaves every kubeconfig in a temporary file: they go with the
# folder.
PRIVATE = export TMPDIR=$$(mktemp -d); trap 'rm -rf "$$TMPDIR"' EXIT

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

.PHONY: tools
tools: ## Build the tools that are missing (Pulumi, providers, Kubernetes)
	@tools/build

.PHONY: commands
commands: tools
	@go build -o $(TOOLS)/ ./cmd/...
	@cd sandbox && go build -o $(SANDBOX) .

.PHONY: sandbox
sandbox: commands ## Start the sandbox, if it is not running
	@$(SANDBOX) start

.PHONY: sandbox-start sandbox-stop sandbox-status
sandbox-start: sandbox
sandbox-stop: commands ## Stop the sandbox; its data stays
	@$(SANDBOX) stop
sandbox-status: commands ## Show the sandbox and what exists in it
	@$(SANDBOX) status

.PHONY: env
env: commands ## Print the environment in which plain Pulumi commands use the sandbox
	@$(SANDBOX) env --stack $(STACK) $(PLUGIN)

# The stack exists and has its secrets. They live in the sandbox's own copy of the
# stack file, so the committed one stays as it is.
.PHONY: stack
stack: sandbox
	@$(ENV); config=$$(dirname "$$PULUMI_OPTION_CONFIG_FILE"); \
	mkdir -p "$$config"; cp Pulumi.yaml "$$config/"; \
	pulumi -C "$$config" stack select --create --stack $(STACK) --non-interactive >/dev/null; \
	gomeet secrets --stack $(STACK) --config-file "$$PULUMI_OPTION_CONFIG_FILE" --template Pulumi.$(STACK).yaml

.PHONY: up
up: stack ## Deploy the stack to the sandbox
	@$(ENV); \
	gomeet recover --stack $(STACK) --if-interrupted; \
	pulumi up --yes --skip-preview --stack $(STACK) --non-interactive; \
	gomeet summary --stack $(STACK)

.PHONY: preview
preview: stack ## Show what "make up" would change
	@$(ENV); pulumi preview --diff --stack $(STACK) --non-interactive

# A protected stack is deleted in two deliberate steps: the first lifts the protection,
# the second deletes. CONFIRM names the stack once more.
.PHONY: down
down: stack ## Delete everything the stack deployed (prod: CONFIRM=prod), and stop an empty sandbox
	@$(ENV); \
	gomeet recover --stack $(STACK) --if-interrupted; \
	if grep -q '^ *gomeet:protect: true' "$$PULUMI_OPTION_CONFIG_FILE"; then \
	  if [ "$(CONFIRM)" != "$(STACK)" ]; then \
	    echo "$(STACK) is protected: it holds data. To delete it with its data: make down STACK=$(STACK) CONFIRM=$(STACK)" >&2; \
	    exit 1; \
	  fi; \
	  echo "lifting the protection of $(STACK)"; \
	  pulumi up --yes --skip-preview --config gomeet:protect=false --stack $(STACK) --non-interactive >/dev/null; \
	fi; \
	pulumi destroy --yes --skip-preview --stack $(STACK) --non-interactive
	@$(SANDBOX) stop --if-empty

# Modules with Go code of our own.
MODULES := . sandbox tools/pulumi-kubernetes tools/prometheus

.PHONY: plan
plan: commands ## Show the nodes and the cost of the stack, and what it carries
	@$(TOOLS)/gomeet plan --stack $(STACK)

.PHONY: test
test: lint unit rules end-to-end live-here ## Run every check and test, as CI does

.PHONY: lint
lint: ## Check format, vet, staticcheck, the scripts and workflows of CI
	@tools/build lint
	@tools/ci/check
	@for module in $(MODULES); do \
	  echo "lint: $$module"; \
	  (cd $$module && unformatted=$$(gofmt -l $$(git ls-files '*.go')) && \
	    if [ -n "$$unformatted" ]; then echo "not gofmt-clean: $$unformatted"; exit 1; fi && \
	    go vet -tags live ./... && $(TOOLS)/staticcheck -tags live ./...) || exit 1; \
	done

.PHONY: unit
unit: tools ## Run the tests of the program, the CLI and the sandbox
	go test ./...
	cd sandbox && go test $$(go list ./... | grep -v /e2e)

# What the program renders for monitoring, before the programs that read it.
RENDERED := manifests/testdata/prometheus

.PHONY: rules
rules: ## Let Prometheus' own tools check and test the rendered configuration and rules
	@tools/build rules
	$(TOOLS)/promtool check config --syntax-only $(RENDERED)/prometheus*.yml
	$(TOOLS)/promtool check rules $(RENDERED)/rules/*.yml
	$(TOOLS)/promtool test rules $(RENDERED)/tests/*.yml
	$(TOOLS)/amtool check-config $(RENDERED)/alertmanager*.yml
	cd tools/prometheus && go test ./...

.PHONY: end-to-end
end-to-end: commands rules ## Run the real engine against the sandbox: up, preview, kill -9, refresh, down
	@tools/build lint
	cd sandbox && go test -count=1 -timeout 100m -v ./e2e

# SEEDS are the cases, or the one to make again; WORKERS is how many sandboxes work at the
# same time; RESULTS is a file whose passed cases are not run again (docs/reliability.md).
SEEDS ?= 1-210
WORKERS ?= 1
RESULTS ?=
.PHONY: faults
faults: commands ## Kill runs and let the cloud misbehave, hundreds of times (SEEDS=1-210 WORKERS=1)
	cd sandbox && GOMEET_FAULT_SEEDS=$(SEEDS) GOMEET_FAULT_WORKERS=$(WORKERS) GOMEET_FAULT_RESULTS=$(abspath $(RESULTS)) \
	  go test -count=1 -timeout 24h -v -run TestFaults ./e2e

# What the policy pack adds to a preview of prod, which creates nothing (docs/policies.md).
ROUNDS ?= 5
.PHONY: bench-policies
bench-policies: override STACK := prod
bench-policies: stack ## Measure the CPU time that the policy pack adds to a preview of prod (ROUNDS=5)
	@$(ENV); tools/bench-policies $(STACK) $(ROUNDS)

# How long each target is fuzzed; a failure is kept in its package's testdata/fuzz.
FUZZTIME ?= 30s
.PHONY: fuzz
fuzz: ## Fuzz everything that people or programs hand in (FUZZTIME=30s each)
	@git grep -noE '^func Fuzz[A-Za-z]+' -- '*_test.go' ':!sandbox' ':!tools' | sed -E 's|^(.*)/[^/]*_test.go:[0-9]+:func |./\1 |' | \
	while read -r package target; do \
	  echo "fuzz: $$package $$target"; \
	  go test "$$package" -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5s || exit 1; \
	done

.PHONY: daemons
daemons: ## Build what "make live" starts (LiveKit, Traefik, k6)
	@tools/build daemons

# Every package of live tests but those of "make live-data".
LIVE = $$(go list -tags live ./internal/live/... | grep -vE '/(process|redis|postgres|minio|state)$$')

.PHONY: live
live: daemons ## Start the real daemons on the configuration rendered for them, in a network of their own
	go test -tags live -count=1 -timeout 40m -p 1 -exec $(CURDIR)/tools/netns $(LIVE)

# TEST is websocket, api, signalling or sfu; TARGET another URL than the stack's own, and
# ARGS more flags (docs/load.md).
TEST ?= api
.PHONY: load
load: commands ## Put load on a deployment (TEST=websocket|api|signalling|sfu TARGET=URL ARGS=...)
	@tools/build load
	$(TOOLS)/gomeet load $(TEST) --stack $(STACK) $(if $(TARGET),--target $(TARGET)) $(ARGS)

# What the live tests of the data tier run, as Debian 12 names it.
LIVE_DATA := postgresql postgresql-contrib patroni pgbackrest pgbouncer redis-server redis-tools rclone age jq shellcheck iproute2
LIVE_DATA_TESTS := $(addprefix ./internal/live/,redis postgres minio state)

.PHONY: databases
databases: commands
	@tools/build store
	@missing=$$(for p in $(LIVE_DATA); do dpkg -s $$p >/dev/null 2>&1 || echo $$p; done); \
	if [ -n "$$missing" ]; then apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; fi
	shellcheck manifests/scripts/*.sh

.PHONY: live-data
live-data: databases ## Prove failover, backup and restore with the real databases (installs them: Debian, root)
	go test -tags live -count=1 -timeout 40m -p 1 -v -exec $(CURDIR)/tools/netns $(LIVE_DATA_TESTS)

# What "make test" takes of "make live" and "make live-data": one loss, one restore and one
# meeting of each kind, and everything that is quick. All of it takes three times as long.
SHORT_LIVE := -skip '^TestCalibrate$$|TestLoadWebSocket/misses_its_target_when_nothing_answers|TestVerifyFindsWhatIsBroken|TestRoomMovesToTheOtherNode/frozen'
SHORT_DATA := -run 'TestFailoverAfterKill|TestRestoreBringsEvery|TestPoolerServes|TestMigrating|TestStateComesBack|TestOneServerLost|TestRecorderMay'

.PHONY: live-short
live-short: daemons databases
	go test -tags live -count=1 -timeout 20m -p 1 -exec $(CURDIR)/tools/netns $(SHORT_LIVE) $(LIVE)
	go test -tags live -count=1 -timeout 20m -p 1 -exec $(CURDIR)/tools/netns $(SHORT_DATA) $(LIVE_DATA_TESTS)

# Where they cannot run, this says so, as the last word of "make test".
.PHONY: live-here
live-here: ## Run a short set of the tests of the real daemons, or say why they cannot run here
	@if why=$$(tools/live-here); then $(MAKE) --no-print-directory live-short; \
	else printf '\nNOT RUN: make live, make live-data (the real daemons and databases): %s\n' "$$why"; fi

.PHONY: clean
clean: ## Stop the sandbox and delete its data; built tools stay
	@if [ -x $(SANDBOX) ]; then $(SANDBOX) reset --yes; fi
