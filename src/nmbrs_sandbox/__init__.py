"""A stand-in for Nmbrs' SOAP API that remembers what was done and can misbehave on request.

It is written from public descriptions of the service alone and shares no code with the programs
that are tried against it: if both sides shared a mistake, the tests would agree with it.
"""
