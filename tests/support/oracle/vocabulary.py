"""The oracle's own copy of the event vocabulary: what each type carries and what it tells about.

Written down a second time on purpose: nothing here comes from `models.events`, so a slip there shows as a difference.
"""

from dataclasses import dataclass
from typing import Final

_CHOICES: Final = {
    line.split(" ", 1)[0]: tuple(line.split()[1:])
    for line in """
level tinh so huyen xa truc_thuoc su_nghiep dang doan_the enterprise benh_vien_tinh benh_vien_huyen tram_y_te_xa truong_tieu_hoc truong_hoc all
@step received in_process waiting_for_applicant waiting_for_payment paused done returned rejected withdrawn
@kind edoc one_stop mail website portal lan antivirus firewall data_centre database lgsp videoconference specialised backup ids mail_security civil_status other
@topic infosec egov_architecture it_skills it_management_cio system_admin other
@project not_started preparing in_progress completed cancelled
""".strip().splitlines()
}
_SAME_THING: Final = {"website": "system", "workstation": "asset"}
"""A site is a system and a workstation an asset: facts about one thing meet in one subject."""

# A line per type: name, natural key, moment, keyed, subjects (kind=field of its key, or field of
# its kind=field of its key; * is the whole natural key); then its fields as name:kind, ? for optional.
_TABLE: Final = """
agency.registered agency_id valid_from dated agency=agency_id
  agency_id:id name:string level:level block:nha_nuoc|dang|doan_the|nganh_doc parent_agency_id:id?
  is_administrative:bool handles_procedures:bool has_one_stop_unit:bool active:bool
  valid_from:date valid_to:date?
official.registered official_id valid_from dated official=official_id
  official_id:id agency_id:id employment_class:can_bo|cong_chuc|vien_chuc
  roles:list:leader|division_head|it_dedicated|it_concurrent|sysadmin|staff active:bool
  valid_from:date valid_to:date?
procedure.registered procedure_id time dated procedure=procedure_id
  procedure_id:id name:string owner_agency_id:id handling_level:so|huyen|xa service_group:string
  one_stop:bool interlinked:bool in_plan_list:string? list_row:int? active:bool
procedure.online_level_changed procedure_id,agency_id effective_at dated procedure=procedure_id,agency=agency_id
  procedure_id:id agency_id:id old_level:int04? new_level:int04 url:string? effective_at:instant
enterprise.registered enterprise_id valid_from dated enterprise=enterprise_id
  enterprise_id:id import_export:bool active:bool valid_from:date
enterprise.service_enrolled enterprise_id,service enrolled_at dated enterprise=enterprise_id
  enterprise_id:id service:e_tax_payment|e_customs|e_insurance active:bool enrolled_at:instant
facility.registered facility_id time dated facility=facility_id
  facility_id:id
  facility_type:benh_vien_tinh|benh_vien_huyen|tram_y_te_xa|truong_tieu_hoc|truong_thcs|truong_thpt
  district:string active:bool
facility.capability_reported facility_id,capability as_of dated facility=facility_id
  facility_id:id
  capability:fibre_internet|computers_sufficient|clinical_management|insurance_payment|data_exchange|informatics_taught|e_lessons
  met:bool value:int? total:int? as_of:date
population.snapshot_published population_id,level as_of dated population=*
  population_id:string level:level count:number as_of:date source:string
dossier.received dossier_id received_at once dossier=dossier_id
  dossier_id:id procedure_id:id agency_id:id intake_channel:online|counter|post
  procedure_online_level:int04 received_at:instant due_at:instant?
  submitter_type:citizen|enterprise|organisation
dossier.status_changed dossier_id status_at dated dossier=dossier_id
  dossier_id:id from_status:@step? to_status:@step medium:software|paper status_at:instant
  entered_at:instant
dossier.transferred dossier_id,from_agency_id,to_agency_id transferred_at dated dossier=dossier_id
  dossier_id:id from_agency_id:id to_agency_id:id electronic:bool signed:bool
  transferred_at:instant
dossier.resolved dossier_id resolved_at once dossier=dossier_id
  dossier_id:id procedure_id:id agency_id:id due_at:instant? resolved_at:instant
  outcome:granted|rejected|withdrawn processing_level:int04 result_channel:online|counter|post
document.issued document_id issued_at once document=document_id
  document_id:id agency_id:id doc_class:steering|legal|other secret:bool issued_at:instant
document.exchanged exchange_id sent_at once exchange=exchange_id
  document_id:id exchange_id:id sender_agency_id:id receiver_agency_id:id
  relation:submission_to_ppc|inter_agency|province_to_central|province_to_province
  medium:electronic_only|electronic_with_paper|paper_only signed:bool secret:bool
  sender_level:level? receiver_level:level? sent_at:instant received_at:instant?
document.processed document_id,agency_id,direction processed_at once processing=*
  document_id:id agency_id:id direction:incoming|outgoing in_software:bool official_id:id
  official_is_leader:bool processed_at:instant
document.published document_id,site_id published_at once document=document_id
  document_id:id agency_id:id site_id:id is_provincial_portal:bool published_at:instant
document.digitized document_id digitized_at once document=document_id
  document_id:id agency_id:id archive_series:string secret:bool digitized_at:instant
signature.certificate_issued certificate_serial valid_from once certificate=certificate_serial
  certificate_serial:id holder_type:organisation|individual|one_stop_unit holder_id:id
  agency_id:id requested_at:instant? valid_from:date valid_to:date
signature.certificate_revoked certificate_serial revoked_at once certificate=certificate_serial
  certificate_serial:id agency_id:id reason:string requested_at:instant? revoked_at:instant
signature.applied certificate_serial,object_type,object_id signed_at once signature=*
  certificate_serial:id object_type:document|dossier object_id:id agency_id:id system:string
  signed_at:instant
account.provisioned account_id provisioned_at dated official=official_id
  account_id:id system:mail|edoc|one_stop|civil_status official_id:id? agency_id:id active:bool
  provisioned_at:instant
account.used account_id used_on dated official=official_id
  account_id:id system:mail|edoc|one_stop|civil_status official_id:id agency_id:id used_on:date
  actions:int
asset.assigned asset_id assigned_at dated asset=asset_id,holder_type=holder_id
  asset_id:id asset_type:computer|server|network|other holder_type:official|agency holder_id:id
  agency_id:id software_licensed:bool? active:bool assigned_at:date
meeting.held meeting_id held_at once meeting=meeting_id
  meeting_id:id meeting_class:ppc_with_districts|giao_ban|government_with_province|other
  mode:online|hybrid|in_person host_agency_id:id participant_agency_ids:list:id held_at:instant
system.deployed system_id,agency_id deployed_at dated system=system_id,agency=agency_id
  system_id:id system_type:@kind agency_id:id stage:installed|in_use|effective|retired
  deployed_at:date plan_item:string?
system.connected link_id connected_at dated link=link_id,agency=agency_id
  link_id:id from_id:id to_id:id agency_id:id
  link_type:tslcd_wan|fibre_internet|lan|portal|national_portal|national_axis|one_stop|postal|data_share|edoc|signature
  active:bool connected_at:date plan_item:string?
system.status_reported system_id,agency_id at dated system=system_id
  system_id:id agency_id:id system_type:@kind? link_id:id? status:up|degraded|down traffic:int?
  at:instant
website.content_updated site_id,category,procedure_id updated_at dated system=site_id,procedure=procedure_id
  site_id:id agency_id:id category:string procedure_id:id? updated_at:instant
compliance.assessed subject_type,subject_id,criterion assessed_at dated subject_type=subject_id
  subject_type:agency|system|website|project|workstation subject_id:id agency_id:id
  criterion:infosec|iso_27001|iso_9001|site_full_information|effective_use|licence|security_level|architecture|equipment|open_source|os_supported|lan_complete
  result:pass|fail score:number? assessor_agency_id:id assessed_at:date
incident.reported incident_id detected_at once incident=incident_id
  incident_id:id agency_id:id system_id:id? kind:intrusion|malware|leak|secret_leak|outage|misuse
  severity:low|medium|high detected_at:instant resolved_at:instant?
filing.submitted filing_id submitted_at once filing=filing_id,filer=filer_id
  filing_id:id filing_type:tax_declaration|customs_declaration|social_insurance filer_id:id
  filer_type:enterprise|agency|organisation channel:online|paper submitted_at:instant
payment.made payment_id paid_at once payment=payment_id,payer=payer_id
  payment_id:id payer_id:id payment_type:domestic_tax|import_export_tax|fee|other
  channel:online|bank|cash amount_vnd:int paid_at:instant
tender.awarded package_id awarded_at once tender=package_id
  package_id:id method:competitive_quotation|open|limited|other size_class:small|other online:bool
  procuring_agency_id:id awarded_at:date
training.session_held session_id held_at once session=session_id
  session_id:id session_kind:class|drill|seminar topic:@topic
  audience:list:leader|it_staff|official organiser_agency_id:id participants:int held_at:date
  plan_item:string?
training.completed official_id,session_id completed_at once official=official_id
  official_id:id agency_id:id session_id:id topic:@topic completed_at:date
staff.assigned official_id,role,agency_id assigned_at dated official=official_id,agency=agency_id
  official_id:id agency_id:id role:it_dedicated|it_concurrent|sysadmin
  qualification:master|university|college|intermediate|other assigned_at:date ended_at:date?
policy.issued policy_id issued_at once policy=policy_id
  policy_id:id policy_kind:regulation|plan|architecture|scheme|criteria|incentive|emulation|other
  topic:string agency_id:id number:string issued_at:date replaces:id? plan_item:string?
report.submitted report_id submitted_at dated report=report_id
  report_id:id
  report_type:plan|estimate|result|six_month|yearly|sector_data|inventory|funding|monitoring|ranking
  agency_id:id recipient_agency_id:id period_start:date period_end:date due_at:date?
  submitted_at:instant amount_vnd:int?
index.published index_id time once index=index_id
  index_id:id index:PCI|PAPI|PAR|ICT|it_ranking subject:string year:int score:number rank:int?
  grade:string?
survey.responded survey_id responded_at once survey=survey_id
  survey_id:id dossier_id:id? agency_id:id score:number electronic:bool responded_at:instant
record.centralized record_id centralized_at dated record=record_id,official=official_id
  record_kind:personnel_file| record_id:id official_id:id agency_id:id database_id:id active:bool
  centralized_at:date
project.registered project_id time dated project=project_id
  project_id:id plan_id:string name:string
  group:infrastructure|management|citizens|infosec|hr|other lead_agency_id:id planned_start:date?
  planned_end:date? plan_item:string? estimate_vnd:int?
project.status_changed project_id at dated project=project_id
  project_id:id from_status:@project? to_status:@project reason:string? at:date
project.milestone_reached project_id,milestone reached_at once project=project_id
  project_id:id milestone:string reached_at:date
budget.allocated allocation_id allocated_at once allocation=allocation_id,project=project_id
  allocation_id:id project_id:id? plan_id:string fiscal_year:int source:local|central|other
  purpose:string amount_vnd:int allocated_at:date
budget.disbursed disbursement_id paid_at once disbursement=disbursement_id,project=project_id
  disbursement_id:id project_id:id? plan_id:string fiscal_year:int amount_vnd:int paid_at:date
"""


@dataclass(frozen=True)
class Field:
    """A payload field: its kind (id, string, bool, int, int04, number, date, instant, list, enum) and choices."""

    name: str
    kind: str
    choices: tuple[str, ...]
    optional: bool


@dataclass(frozen=True)
class Row:
    """An event type as the vocabulary prints it."""

    name: str
    natural_key: tuple[str, ...]
    moment: str
    dated: bool
    tells: tuple[tuple[str, str], ...]
    fields: dict[str, Field]


def _field(text: str) -> Field:
    name, _, kind = text.partition(":")
    optional = kind.endswith("?")
    kind = kind.removesuffix("?")
    if kind.startswith("list:"):
        choices = kind.removeprefix("list:").split("|")
        return Field(name, "list", () if choices == ["id"] else tuple(choices), optional)
    if kind in _CHOICES:
        return Field(name, "enum", _CHOICES[kind], optional)
    if "|" in kind:
        return Field(name, "enum", tuple(choice for choice in kind.split("|") if choice), optional)
    return Field(name, kind, (), optional)


def _read(table: str) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for line in table.strip().splitlines():
        if line.startswith(" "):
            fields = rows[next(reversed(rows))].fields
            fields.update((field.name, field) for field in map(_field, line.split()))
            continue
        name, key, moment, keyed, tells = line.split()
        pairs = tuple(tuple(tell.split("=")) for tell in tells.split(","))
        rows[name] = Row(name, tuple(key.split(",")), moment, keyed == "dated", pairs, {})  # type: ignore[arg-type]  # each pair has two parts
    return rows


VOCABULARY: Final = _read(_TABLE)
"""Type -> its row, in the order of the vocabulary."""


DAILY: Final = frozenset({"account.used", "website.content_updated", "system.status_reported"})
"""Series that record what happened on a day and hold nothing until the next."""


def handed_on(kind: str) -> bool:
    """Tell whether a series of type `kind` may pass from one subject to another: its key does not say them all."""
    row = VOCABULARY[kind]
    named = {name for tell in row.tells for name in tell if name in row.fields}
    return row.dated and kind not in DAILY and not named <= set(row.natural_key)


def subjects(kind: str, key: str, payload: dict[str, object]) -> set[tuple[str, str]]:
    """Return the subjects, as (kind, key), that a fact of type `kind` tells about."""
    found = set()
    for what, field in VOCABULARY[kind].tells:
        named = str(payload[what]) if what.endswith("_type") else what
        value = key if field == "*" else payload.get(field)
        if value is not None:
            found.add((_SAME_THING.get(named, named), str(value)))
    return found
