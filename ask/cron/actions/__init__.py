"""What `manage.py crontab` can do: a module an action, each with HELP, add_arguments and run."""
