"""The cache engine: values that jobs compute ahead and pages only read."""
