"""What visitors fill in."""

from ask.web.forms.entrance import LoginForm, SignupForm

__all__ = ["LoginForm", "SignupForm"]
