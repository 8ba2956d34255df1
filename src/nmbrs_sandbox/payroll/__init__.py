"""The payroll world: who there is, what was paid, and every order that changes it.

Each face of the stand-in shows this world to programs in its own words, and so do the pages. No
face is known in here.
"""
