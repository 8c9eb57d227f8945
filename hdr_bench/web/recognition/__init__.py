"""Reading of pictures for the web application, in processes of its own."""
