# Shell functions shared by bin/quickstart and tests/run. Sourced, not run.
# A step is a command whose whole output goes to a log file while one line shows how far it is.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
logs=$root/build/logs
started_at=$SECONDS
step_count=0 # set by the caller: how many steps there will be
step_number=0
step_child= # process of the running command, and its group
step_ticker=

# A terminal gets one line that is rewritten; a file or CI gets a line a minute.
if [ -t 1 ] && [ "${TERM:-dumb}" != dumb ]; then on_terminal=yes; else on_terminal=no; fi

# The compiler cache is shared by every checkout of this machine, wherever it stands.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=true

say() { printf '%s\n' "$*"; }

# Prints seconds as m:ss.
clock() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

# Number of jobs that the cores and the free memory carry: jobs GIB_PER_JOB
jobs() {
  local cores kib
  cores=$(nproc)
  kib=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
  local fit=$((${kib:-4194304} / 1048576 / $1))
  ((fit < 1)) && fit=1
  ((fit < cores)) && echo "$fit" || echo "$cores"
}

# The newest "n of m" that ninja or ctest wrote to a log, or nothing.
progress_of() {
  tail -c 4096 "$1" 2>/dev/null | grep -aoE '^\[[0-9]+/[0-9]+\]|^ *[0-9]+/[0-9]+ Test' | tail -n 1 |
    tr -dc '0-9/'
}

tick() { # TITLE LOG
  local begun=$SECONDS quiet_until=60
  while sleep 1 >/dev/null 2>&1; do
    local spent=$((SECONDS - begun))
    if [ $on_terminal = yes ]; then
      printf '\r\033[K%s  %s  %s' "$1" "$(progress_of "$2")" "$(clock $spent)"
    elif ((spent >= quiet_until)); then
      say "$1  $(progress_of "$2")  $(clock $spent)"
      ((quiet_until += 60))
    fi
  done
}

# Runs a command as a step: step NAME TITLE COMMAND...
# Its output goes to build/logs/NAME.log. Returns the command's exit status.
step() {
  local name=$1 title log=$logs/$1.log begun=$SECONDS status=0
  ((++step_number))
  title="[$step_number/$step_count] $2"
  shift 2
  mkdir -p "$logs"
  : >"$log"
  if [ $on_terminal = yes ]; then printf '%s' "$title"; else say "$title"; fi
  # As a job of its own a command can be ended with all its children. The packages step stays with
  # the terminal: sudo may ask for a password on it.
  [ "$name" = packages ] || set -m
  "$@" >"$log" 2>&1 </dev/null &
  step_child=$!
  set +m
  tick "$title" "$log" &
  step_ticker=$!
  wait "$step_child" || status=$?
  stop_ticker
  step_child=
  [ $on_terminal = yes ] && printf '\r\033[K'
  local verdict="done"
  [ $status -eq 0 ] || verdict="FAILED"
  say "$title  $verdict in $(clock $((SECONDS - begun)))"
  return $status
}

stop_ticker() {
  [ -n "$step_ticker" ] || return 0
  kill "$step_ticker" 2>/dev/null
  wait "$step_ticker" 2>/dev/null
  step_ticker=
}

# Ends what runs when the script is interrupted.
interrupted() {
  stop_ticker
  [ -z "$step_child" ] || kill -- "-$step_child" 2>/dev/null || kill "$step_child" 2>/dev/null
  say ""
  say "interrupted"
  exit 130
}

# Shows the end of a step's log: show_log NAME [LINES]
show_log() {
  say "--- the end of build/logs/$1.log"
  tail -n "${2:-40}" "$logs/$1.log"
  say "---"
}
