"""Text that people write or copy: Markdown, labelled text, and a listing page."""
