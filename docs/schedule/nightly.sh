#!/bin/sh
# One evening for a scheduler: runs every date that is due, and does what the exit code
# asks for. Its own exit code is 0 when nobody has to look, else that of the last try.
# Options are handed on to run_batch.py, as in: nightly.sh --wait-until 23:00
cd "$(dirname "$0")/../.." || exit 2

python=${PROCUREMENT_PYTHON:-.venv/bin/python}
pause=${PROCUREMENT_PAUSE:-300}

# The window is from 22:00 to midnight by the retailer's clock, as in the batch.
is_before_deadline() {
    [ "$(TZ=${BUSINESS_TIMEZONE:-UTC} date +%H)" -ge 22 ]
}

while :; do
    "$python" run_batch.py --due "$@"
    code=$?
    case $code in
    0) exit 0 ;;
    5)
        echo "nightly.sh: skipped, the run that holds the date will publish it"
        exit 0
        ;;
    1 | 3)
        # Files may still come, a service may come back.
        is_before_deadline || exit $code
        echo "nightly.sh: exit code $code, trying again in $pause s"
        sleep "$pause"
        ;;
    *) exit $code ;;
    esac
done
