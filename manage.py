#!/usr/bin/env python
"""Every command of Ask: `manage.py help` lists them."""

import os
import signal
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ask.settings")
    try:
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:  # while it started, or in a command that has nothing to say of it
        sys.exit(128 + signal.SIGINT)
