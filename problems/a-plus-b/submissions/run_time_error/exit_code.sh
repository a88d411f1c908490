#!/usr/bin/env bash
# Crashes: prints the right sum, but then ends with exit code 3.
read -r a b
echo $((a + b))
exit 3
