#!/usr/bin/env bash
# Builds everything in Release and runs every test. The last line is "N passed, N failed[, N skipped]"; the exit code is 0 only when
# something passed and nothing failed. Arguments: names of test projects (DataGrid.Core.Tests …) to run only those.
set -u

root=$(cd "$(dirname "$0")" && pwd -P)
results=$root/artifacts/tests
cd "$root" || exit 3

say() { printf '\n== %s\n' "$*"; }

close() { # PASSED FAILED SKIPPED
  printf '\n%d passed, %d failed' "$1" "$2"
  [ "$3" -eq 0 ] || printf ', %d skipped' "$3"
  printf '\n'
  if [ "$2" -eq 0 ] && [ "$1" -gt 0 ]; then exit 0; else exit 1; fi
}

need() { # COMMAND HELP
  command -v "$1" >/dev/null 2>&1 && return
  printf 'error: %s is not installed\n  help: %s\n' "$1" "$2" >&2
  close 0 1 0
}
need dotnet "install the .NET SDK 10 or newer from https://dot.net"
need npm "install Node.js 20 or newer from https://nodejs.org: DuckDB's native library and the examples' data come from npm"

# The dashboard is tried in a real browser. Where apt can bring one it does, once; elsewhere its tests say that they are skipped.
bring_chromium() {
  local place
  for place in "${DATAGRID_CHROMIUM:-}" /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome; do
    [ -n "$place" ] && [ -x "$place" ] && return
  done
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Chromium by apt, for the tests of the dashboard"
    mkdir -p artifacts
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } >artifacts/apt.log 2>&1 && return
  fi
  echo "there is no Chromium, so the dashboard's tests in a browser are skipped: apt-get install chromium, or name one with DATAGRID_CHROMIUM"
}

say "set up"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
rm -rf "$results"
mkdir -p "$results"
for project in examples/*/ tests/azurite/; do
  [ -f "$project/package-lock.json" ] || continue
  [ -f "$project/node_modules/.package-lock.json" ] && [ ! "$project/package-lock.json" -nt "$project/node_modules/.package-lock.json" ] && continue
  echo "npm packages of $project"
  (cd "$project" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) || close 0 1 0
  touch "$project/node_modules/.package-lock.json"
done

bring_chromium

say "build"
dotnet build DataGrid.sln -c Release -nologo -v quiet -clp:NoSummary || close 0 1 0

# A number from the counters of a results file.
count() { # FILE NAME
  sed -n "s/.*<Counters.* $2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1
}

passed=0 failed=0 skipped=0
for folder in tests/*/; do
  name=$(basename "$folder")
  # Hosts that tests start and kill are no test projects.
  grep -qs '<IsTestProject>true<' "$folder/$name.csproj" || continue
  if [ $# -gt 0 ]; then
    case " $* " in *" $name "*) ;; *) continue ;; esac
  fi
  say "$name"
  file=$results/$name.trx
  # A test that hangs is ended and counts as failed; a test host that dies leaves no file.
  dotnet test "$folder/$name.csproj" -c Release --no-build --nologo -v quiet \
    --logger "console;verbosity=minimal" --logger "trx;LogFileName=$file" \
    --blame-hang-timeout 6m --blame-hang-dump-type none --results-directory "$results"
  code=$?
  if [ ! -f "$file" ]; then
    if [ $code -eq 0 ]; then
      echo "(no tests)"
    else
      failed=$((failed + 1))
      echo "$name ended with $code and left no results" >&2
    fi
    continue
  fi
  total=$(count "$file" total) good=$(count "$file" passed) run=$(count "$file" executed)
  bad=$((run - good))
  # The host can die after good results were written: no failure may be lost.
  [ $code -ne 0 ] && [ $bad -eq 0 ] && bad=1
  passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + total - run))
done

close "$passed" "$failed" "$skipped"
