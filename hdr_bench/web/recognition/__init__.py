"""Reading of pictures for the web application, in separate processes."""
