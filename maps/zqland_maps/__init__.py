"""Web maps of the reserve that open without a network."""
