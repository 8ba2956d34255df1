"""The SOAP face of the payroll world: two services, described by the WSDLs in this folder."""
