"""A CRM's export, one row a deal, to a folder in the folder format."""
