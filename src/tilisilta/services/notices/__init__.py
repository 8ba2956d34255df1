"""Notices: what people are told of without asking, and the mails that tell it."""
