"""What visitors fill in."""

from ask.web.forms.entrance import LoginForm, SignupForm
from ask.web.forms.keys import AddKeyForm, EditKeyForm

__all__ = ["AddKeyForm", "EditKeyForm", "LoginForm", "SignupForm"]
