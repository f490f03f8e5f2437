#!/bin/sh
# One night of a million order lines of 200 stores and 20,000 SKUs, from files to
# orders; TARGET=trino runs it on a stack of its own, and stops that. All it makes lies
# in big/, apart from the checkout's own lake and state, and is made anew each time.
set -eu

day=2026-01-03
home=big/$TARGET
export PROCUREMENT_STATE="$home/state" PROCUREMENT_LAKE="$home/lake"
rm -rf "$home"
[ -e big/master ] || python -m ingestion generate --stores 200 --skus 20000 \
    --order-lines 1000000 --from "$day" --to "$day" --out big/inbox --master-out big/master

if [ "$TARGET" = trino ]; then
    trap 'python -m stack.launcher down' EXIT
    python -m stack.launcher up
    . "$PROCUREMENT_STATE/stack/env"
fi
python -m ingestion master load --from big/master
time -p python run_batch.py --target "$TARGET" --date "$day" --inbox big/inbox
