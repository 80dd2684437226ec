#!/bin/sh
# Start in the directory of .env.
cd /etc/gpt-proxy && exec /usr/bin/gpt-proxy
