#!/bin/sh
# EDIT: the directory of gpt-proxy and its .env, outside the document root.
cd /home/you/gpt-proxy && exec ./gpt-proxy
