"""A stand-in for Procountor that remembers what was booked and can misbehave on request.

It is written from Procountor's public documentation alone and shares no code with the programs
that are tried against it: if both sides shared a mistake, the tests would agree with it.
"""
