"""Users and user templates: create and change them."""

from collections.abc import Iterable, Mapping

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, QuerySet

from tilisilta.domain.problems import ProblemCode
from tilisilta.errors import NeedsAttention
from tilisilta.models import Area, Debtor, Right, User, UserTemplate
from tilisilta.services import audit
from tilisilta.services.audit_changes import changes_of, made_with

ADMINISTRATOR = "Administrator"
FIRST_USER = "admin"
FIRST_PASSWORD_FILE = "first-password"  # noqa: S105  # the name of a file
STANDARD_TEMPLATES: Mapping[str, Mapping[Area, Right]] = {
    "Payroll clerk": {
        Area.PROCOUNTOR: Right.READ,
        Area.NMBRS: Right.READ,
        Area.JOURNAL_EXPORTS: Right.WRITE,
        Area.COMPANIES: Right.WRITE,
    },
    "Reader": {
        Area.PROCOUNTOR: Right.READ,
        Area.NMBRS: Right.READ,
        Area.JOURNAL_EXPORTS: Right.READ,
        Area.COMPANIES: Right.READ,
        Area.AUDIT_LOG: Right.READ,
    },
}


class UserNameTaken(NeedsAttention):
    """Another user already has this user name."""

    code = ProblemCode.USER_NAME_TAKEN


class TemplateNameTaken(NeedsAttention):
    """Another user template already has this name."""

    code = ProblemCode.TEMPLATE_NAME_TAKEN


class LastAdministrator(NeedsAttention):
    """The change would leave no user who may change users and user templates."""

    code = ProblemCode.LAST_ADMINISTRATOR


class AdministratorTemplateFixed(NeedsAttention):
    """The administrator's template gives every right, and that cannot be changed."""

    code = ProblemCode.ADMINISTRATOR_TEMPLATE_FIXED


def create_first_administrator(
    username: str, password: str, *, must_change_password: bool = False
) -> User:
    """Create a user with every right, and the standard templates where they are missing.

    Raises ``UserNameTaken``, or Django's ``ValidationError`` for a password that is too weak.
    """
    with transaction.atomic():
        template = _administrator_template()
        for name, rights in STANDARD_TEMPLATES.items():
            UserTemplate.objects.get_or_create(name=name, defaults=_columns(rights))
        return create_user(
            username,
            password,
            template=template,
            must_change_password=must_change_password,
            user=None,
        )


def create_user(  # the fields of a user
    username: str,
    password: str,
    *,
    template: UserTemplate | None,
    user: User | None,
    debtors: Iterable[Debtor] = (),
    sees_all_debtors: bool | None = None,
    must_change_password: bool = False,
    **names: str,
) -> User:
    """Create a user, limited to ``debtors`` unless ``sees_all_debtors``.

    Where that is not said, ``debtors`` limit the user only if there are some.

    ``names`` are their first and last name. Where somebody else has chosen the password they
    ``must_change_password`` at their first log-in.

    Raises ``UserNameTaken``, or Django's ``ValidationError`` for an invalid name or password.
    """
    made = User(
        username=User.normalize_username(username.strip()),
        template=template,
        must_change_password=must_change_password,
        **names,
    )
    debtors = () if sees_all_debtors else tuple(debtors)
    made.sees_all_debtors = not debtors if sees_all_debtors is None else sees_all_debtors
    validate_password(password, made)
    made.set_password(password)
    made.clean_fields(exclude=["password"])
    try:
        with transaction.atomic():
            made.save()
            made.debtors.set(debtors)
            audit.record(
                audit.Action.USER_CREATED,
                user=user,
                about=made,
                changes=made_with({**names, "template": template, "debtors": debtors}),
                name=made.username,
            )
    except IntegrityError as error:
        raise UserNameTaken(f"There is already a user named {username}.") from error
    return made


def change_user(
    changed: User,
    *,
    user: User | None,
    password: str = "",
    debtors: Iterable[Debtor] | None = None,
    sees_all_debtors: bool = False,
    **fields: object,
) -> User:
    """Change ``fields`` of a user: name, template, whether they may log in.

    A ``password`` is set when one is given, and must be changed by ``changed`` unless it is their
    own choice. What they see is set when ``debtors`` are not ``None``: these, or all of them with
    ``sees_all_debtors``. Raises ``LastAdministrator`` or Django's ``ValidationError``, and then
    nothing is changed.
    """
    before = {name: getattr(changed, name) for name in fields}
    after = dict(fields)
    with transaction.atomic():
        names = [name for name, value in fields.items() if before[name] != value]
        for name, value in fields.items():
            setattr(changed, name, value)
        if password:
            validate_password(password, changed)
            changed.set_password(password)
            changed.must_change_password = user != changed
            names.append("password")
        changed.clean_fields(exclude=["password"])
        # Saved before the rule is checked, which is a query; breaking it rolls all of this back.
        changed.save()
        if debtors is not None:
            before["debtors"] = set(changed.debtors.all())
            after["debtors"] = set(debtors)
            if _replace_debtors(changed, debtors, sees_all=sees_all_debtors):
                names.append("debtors")
        _must_keep_an_administrator()
        if names:
            audit.record(
                audit.Action.USER_CHANGED,
                user=user,
                about=changed,
                changes=changes_of(before, after),
                name=changed.username,
                fields=", ".join(names),
            )
    return changed


def all_users() -> QuerySet[User]:
    """Return all users by user name, each with ``has_app`` for the second step."""
    has_app = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    return (
        User.objects.select_related("template")
        .prefetch_related("debtors")
        .annotate(has_app=Exists(has_app))
        .order_by("username")
    )


def all_templates() -> QuerySet[UserTemplate]:
    return UserTemplate.objects.annotate(user_count=Count("user")).order_by("name")


def has_second_step(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def turn_off_second_step(changed: User, *, user: User | None) -> None:
    """Let ``changed`` log in with the password alone: they have lost app and codes."""
    with transaction.atomic():
        Authenticator.objects.filter(user=changed).delete()
        audit.record(
            audit.Action.USER_CHANGED,
            user=user,
            about=changed,
            name=changed.username,
            fields="second_step",
        )


def forget_first_password(user: User) -> None:
    """Remove the file with the password of the first user, once that has chosen another."""
    if user.username == FIRST_USER:
        (settings.DATA_DIR / FIRST_PASSWORD_FILE).unlink(missing_ok=True)


def choose_language(user: User, language: str) -> None:
    User.objects.filter(pk=user.pk).update(language=language)


def create_template(
    name: str,
    rights: Mapping[Area, Right],
    *,
    user: User | None,
    demands_second_step: bool = False,
    sender_cannot_sign: bool = False,
) -> UserTemplate:
    """Create a user template; an area that ``rights`` leave out gets *None*.

    Raises ``TemplateNameTaken``, also for what a standard template is called on the page.
    """
    _must_be_free(name.strip(), besides=None)
    try:
        with transaction.atomic():
            template = UserTemplate.objects.create(
                name=name.strip(),
                demands_second_step=demands_second_step,
                sender_cannot_sign=sender_cannot_sign,
                **_columns(rights),
            )
            audit.record(
                audit.Action.TEMPLATE_CREATED,
                user=user,
                about=template,
                changes=made_with({**_columns(rights), "demands_second_step": demands_second_step}),
                name=template.name,
            )
    except IntegrityError as error:
        raise TemplateNameTaken(f"There is already a user template named {name}.") from error
    return template


def change_template(
    template: UserTemplate,
    *,
    name: str,
    rights: Mapping[Area, Right],
    user: User | None,
    demands_second_step: bool | None = None,
    sender_cannot_sign: bool | None = None,
) -> UserTemplate:
    """Rename a template or change its rights, at once for all users who have it.

    Raises ``AdministratorTemplateFixed``, ``LastAdministrator`` or ``TemplateNameTaken``.
    """
    _must_be_free(name.strip(), besides=template)
    columns = {area: rights.get(area, template.right_to(area)) for area in Area}
    if template.is_administrator and any(right != Right.WRITE for right in columns.values()):
        raise AdministratorTemplateFixed(
            f"{template.name} has every right, and that cannot be changed."
        )
    before: dict[str, object] = {area.value: template.right_to(area) for area in columns}
    before["name"] = template.name
    after: dict[str, object] = {**_columns(columns)} | {"name": name.strip()}
    fields = [area.value for area, right in columns.items() if template.right_to(area) != right]
    fields += ["name"] if name.strip() != template.name else []
    demands = {
        "demands_second_step": demands_second_step,
        "sender_cannot_sign": sender_cannot_sign,
    }
    for field, value in demands.items():
        if value not in {None, getattr(template, field)}:
            before[field] = getattr(template, field)
            after[field] = bool(value)
            setattr(template, field, bool(value))
            fields.append(field)
    template.name = name.strip()
    for area, right in columns.items():
        setattr(template, area.value, right)
    try:
        with transaction.atomic():
            template.save()
            _must_keep_an_administrator()
            if fields:
                audit.record(
                    audit.Action.TEMPLATE_CHANGED,
                    user=user,
                    about=template,
                    changes=changes_of(before, after),
                    name=template.name,
                    fields=", ".join(fields),
                )
    except IntegrityError as error:
        raise TemplateNameTaken(f"There is already a user template named {name}.") from error
    return template


def _must_be_free(name: str, *, besides: UserTemplate | None) -> None:
    others = UserTemplate.objects.exclude(pk=besides.pk) if besides else UserTemplate.objects.all()
    if any(name in {one.name, one.shown_name} for one in others):
        raise TemplateNameTaken(f"There is already a user template named {name}.")


def _administrator_template() -> UserTemplate:
    every_right = _columns(dict.fromkeys(Area, Right.WRITE))
    template, _ = UserTemplate.objects.update_or_create(
        is_administrator=True,
        defaults=every_right,
        create_defaults={**every_right, "is_administrator": True, "name": ADMINISTRATOR},
    )
    return template


def _columns(rights: Mapping[Area, Right]) -> dict[str, Right]:
    return {area.value: rights.get(area, Right.NONE) for area in Area}


def _replace_debtors(changed: User, debtors: Iterable[Debtor], *, sees_all: bool) -> bool:
    before = (changed.sees_all_debtors, set(changed.debtors.all()))
    after = (sees_all, set() if sees_all else set(debtors))
    changed.sees_all_debtors = sees_all
    changed.save(update_fields=["sees_all_debtors"])
    changed.debtors.set(after[1])
    # The cached property was read before the change.
    changed.__dict__.pop("chosen_debtor_ids", None)
    return before != after


def _must_keep_an_administrator() -> None:
    """Raise ``LastAdministrator`` if no user is left who sees everything and can give rights."""
    remains = User.objects.filter(
        is_active=True,
        template__users=Right.WRITE,
        sees_all_debtors=True,
        debtors__isnull=True,
    ).exists()
    if not remains:
        raise LastAdministrator("No user would be left to change users and user templates.")
