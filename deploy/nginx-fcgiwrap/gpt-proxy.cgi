#!/bin/sh
# Started in the directory of its .env.
cd /etc/gpt-proxy && exec /usr/bin/gpt-proxy
