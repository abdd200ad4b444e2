"""Settings: the company, its departments, stages, plan and the rest; every change is audited."""
