#!/usr/bin/env bash
# Installs what is missing, builds everything and runs every test.
#
#   ./test.sh            all test projects
#   ./test.sh Core Jit   those whose names contain one of these words
#
# The last line is "N passed, N failed, N skipped". The exit code is 1 when a test failed, and with CI=true also when one was
# skipped that tests/skips.txt does not name.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# A machine without a network must not fail for want of a list of vulnerabilities; one setting for every build keeps them up to date.
export NuGetAudit=false DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
results=artifacts/test-results
configuration=Release

finish() { # passed failed skipped
    echo "$1 passed, $2 failed, $3 skipped"
    [ "$2" -eq 0 ]
    exit
}

stop() {
    echo "$*" >&2
    finish 0 1 0
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

install_packages() {
    local missing=()
    has() { command -v "$1" >/dev/null 2>&1; }
    [ -n "${TINY_CHROMIUM:-}" ] || has chromium || missing+=(chromium)
    has gcc || missing+=(gcc libc6-dev)
    has clang || missing+=(clang)
    has tcc || missing+=(tcc)
    has aarch64-linux-gnu-gcc || missing+=(gcc-aarch64-linux-gnu libc6-dev-arm64-cross)
    has qemu-aarch64 || missing+=(qemu-user)
    has node || missing+=(nodejs)
    has npm || missing+=(npm)
    has z3 || missing+=(z3)
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "installing ${missing[*]}"
    if ! has apt-get || { [ "$(id -u)" -ne 0 ] && ! has sudo; }; then
        echo "cannot install them here; tests that need them will say so" >&2
        return 0
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" ||
        echo "could not install all of them; tests that need them will say so" >&2
}

# Test packages of JavaScript: each folder under tests with a lock file.
install_npm() {
    local lock folder
    while IFS= read -r lock; do
        folder=$(dirname "$lock")
        # npm leaves this copy of the lock file behind when it has finished.
        [ "$folder/node_modules/.package-lock.json" -nt "$lock" ] && continue
        (cd "$folder" && npm ci --no-audit --no-fund) || echo "npm could not install the packages of $folder" >&2
    done < <(find tests -name package-lock.json -not -path '*/node_modules/*' -not -path '*/bin/*' -not -path '*/obj/*')
}

# An attribute of the counters in a trx file.
counter() { # file attribute
    grep -o '<Counters [^>]*' "$1" | grep -o " $2=\"[0-9]*\"" | grep -o '[0-9]*' | head -n 1
}

skipped_names() { # file
    grep -o '<UnitTestResult [^>]*outcome="NotExecuted"[^>]*' "$1" | sed -e 's/.* testName="\([^"]*\)".*/\1/' \
        -e 's/&quot;/"/g' -e 's/&lt;/</g' -e 's/&gt;/>/g' -e "s/&apos;/'/g" -e 's/&#xD;//g' -e 's/&amp;/\&/g'
}

command -v dotnet >/dev/null 2>&1 || stop "the .NET SDK is needed: https://dot.net"
install_packages
install_npm
# Once more with a pause: a package feed may fail for a moment.
dotnet restore Tiny.slnx || { sleep 5 && dotnet restore Tiny.slnx; } || stop "restore failed"
dotnet build Tiny.slnx -c $configuration --no-restore || stop "build failed"

rm -rf "$results"
mkdir -p "$results"
# Runs a project's tests; what they print goes to NAME.log, "passed failed skipped unexpected" to NAME.counts.
run_project() { # name project
    local name=$1 project=$2 trx=$results/$1.trx code p=0 f=0 s=0 unexpected=0 names test
    {
        echo "== $name"
        timeout --kill-after=30 1800 dotnet test "$project" -c $configuration --no-build --results-directory "$results" \
            --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal"
        code=$?
        if [ -f "$trx" ]; then
            p=$(counter "$trx" passed)
            f=$(counter "$trx" failed)
            names=$(skipped_names "$trx")
            s=$(printf '%s' "$names" | grep -c '')
            while IFS= read -r test; do
                [ -n "$test" ] || continue
                echo "skipped: $test"
                if [ "${CI:-}" = true ] && ! grep -Fxq -- "$test" tests/skips.txt; then
                    echo "tests/skips.txt does not name it"
                    unexpected=1
                fi
            done <<<"$names"
        fi
        # A test host that died, or ran out of time, has failed whatever its file says.
        if [ $code -ne 0 ] && [ "${f:-0}" -eq 0 ]; then
            echo "$name ended with code $code"
            f=1
        fi
    } >"$results/$name.log" 2>&1
    echo "$p $f $s $unexpected" >"$results/$name.counts"
    cat "$results/$name.log"
}

# As many projects at once as there are cores: few of them keep more than one busy.
names=()
start() { # name project
    while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n; done
    names+=("$1")
    run_project "$@" &
}

# The one that takes longest first.
for project in tests/Tiny.Export.Tests/*.csproj tests/*/*.Tests.csproj; do
    name=$(basename "$project" .csproj)
    [[ " ${names[*]} " == *" $name "* ]] && continue
    if [ $# -gt 0 ]; then
        wanted=false
        for word in "$@"; do [[ $name == *"$word"* ]] && wanted=true; done
        $wanted || continue
    fi
    start "$name" "$project"
    # Live kernels once more with vectors of 256 bits, as on most machines.
    [ "$name" = Tiny.Jit.Tests ] && DOTNET_EnableAVX512=0 start "$name-without-AVX-512" "$project"
done
wait

echo
passed=0 failed=0 skipped=0 unexpected=0
for name in "${names[@]}"; do
    read -r p f s u <"$results/$name.counts"
    printf '%-36s %5d passed %5d failed %5d skipped\n' "$name" "$p" "$f" "$s"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s)) unexpected=$((unexpected + u))
done
if [ $unexpected -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
    exit 1
fi
finish $passed $failed $skipped
