"""The settings of what the bot tells customers. What may be done with messages is declared by notifications."""

from flask_babel import lazy_gettext as _l

from smartpos.core.settings import Setting, SettingKind, declare_setting

declare_setting(
    Setting(
        "telegram_reminders",
        SettingKind.BOOLEAN,
        default=True,
        label=_l("Remind customers of their debts in Telegram"),
        help=_l("Three, two and one day before the debt is due, on the day, and after it."),
    )
)
declare_setting(
    Setting(
        "telegram_reminder_hour",
        SettingKind.WHOLE,
        default=9,
        label=_l("Hour at which customers are reminded of debts"),
        help=_l("From 0 to 23, by the clock of the shop."),
        most=23,
    )
)
