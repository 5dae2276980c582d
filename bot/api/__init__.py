"""The HTTP channel: web chat, Rasa-compatible endpoints, public catalogue, demo storefront.

`bot.api.app.create_api` makes the application from `bot.api.parts.ApiParts`.
"""
