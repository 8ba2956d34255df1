"""What the stand-ins for Procountor and Nmbrs share: serving, storing, failing.

No module in here knows either service, or Tilisilta.
"""
