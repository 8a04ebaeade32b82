"""Ask: a question-and-answer site whose background processes do the work ahead."""

__version__ = "0.1.0"
