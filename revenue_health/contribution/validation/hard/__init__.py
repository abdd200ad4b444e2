"""Hard companies: kinds of change and of bad records on which a verdict may name an innocent, with their truth.

The simulation shares nothing with the model: deals are followed one by one, in continuous time, through queues where
the kind needs them. `manage.py validate_method --hard` compares what the product says with what is true.
"""
