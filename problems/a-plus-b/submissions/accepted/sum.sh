#!/usr/bin/env bash
read -r a b
echo $((a + b))
