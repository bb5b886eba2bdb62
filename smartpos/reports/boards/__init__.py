"""Dashboards as the browser draws them: widgets with their texts, in the language of the person and without markup."""
