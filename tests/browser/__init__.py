"""The pages in a real browser: `rows.py` says which, `chromium.py` opens them, `test_browser.py` looks at them."""
