"""Lots: the ground that is offered to a project, cut to its area or put together.

A whole parcel seldom has the area that a project asks for. A lot is a whole parcel, a
piece carved from one, an assembly of neighbours, or a piece carved from an assembly.
Everything is computed in the plane of the home zone, in metres.
"""
