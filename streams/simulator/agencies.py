"""The register of agencies of a province: real numbers of departments, districts and communes under opaque codes.

Codes have the form `000.NN.NN.HXX` and are read from right to left: `000.03.41.H19` is a commune of the district `000.00.41.H19`.
Where the plan lists agencies by name, departments and districts carry the codes of its lists.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from streams.simulator.profiles import Profile

DEPARTMENTS: Final = (
    ("vp-ubnd-tinh", "Văn phòng Ủy ban nhân dân tỉnh"),
    ("so-tnmt", "Sở Tài nguyên và Môi trường"),
    ("so-khdt", "Sở Kế hoạch và Đầu tư"),
    ("so-tttt", "Sở Thông tin và Truyền thông"),
    ("so-tp", "Sở Tư pháp"),
    ("so-xd", "Sở Xây dựng"),
    ("so-gtvt", "Sở Giao thông vận tải"),
    ("so-yt", "Sở Y tế"),
    ("so-ldtbxh", "Sở Lao động - Thương binh và Xã hội"),
    ("so-nv", "Sở Nội vụ"),
    ("so-ct", "Sở Công Thương"),
    ("so-gddt", "Sở Giáo dục và Đào tạo"),
    ("so-vhttdl", "Sở Văn hóa, Thể thao và Du lịch"),
    ("so-nnptnt", "Sở Nông nghiệp và Phát triển nông thôn"),
    ("so-khcn", "Sở Khoa học và Công nghệ"),
    ("so-tc", "Sở Tài chính"),
    ("bql-kcn", "Ban Quản lý các khu công nghiệp"),
    ("thanh-tra-tinh", "Thanh tra tỉnh"),
    ("so-ngv", "Sở Ngoại vụ"),
    ("ban-dt", "Ban Dân tộc"),
    ("ban-tdkt", "Ban Thi đua - Khen thưởng"),
    ("cc-vtlt", "Chi cục Văn thư - Lưu trữ"),
    ("cc-kl", "Chi cục Kiểm lâm"),
    ("cc-bvmt", "Chi cục Bảo vệ môi trường"),
    ("cc-dl", "Chi cục Đo lường"),
)
"""Codes in lists and names of the departments, the busiest first; a province has the first so and so many."""

FIRST_DISTRICT: Final = 41
UNITS: Final = (
    ("truc_thuoc", "nha_nuoc", "Trung tâm Công nghệ thông tin và Truyền thông"),
    ("su_nghiep", "nha_nuoc", "Trung tâm Lưu trữ lịch sử"),
    ("dang", "dang", "Văn phòng Tỉnh ủy"),
    ("dang", "dang", "Ban Tuyên giáo Tỉnh ủy"),
    ("doan_the", "doan_the", "Tỉnh Đoàn"),
    ("doan_the", "doan_the", "Hội Liên hiệp Phụ nữ tỉnh"),
)
"""Units beside the administration: level, block, name."""


@dataclass(frozen=True, slots=True)
class Agency:
    """An entry of the register."""

    code: str
    name: str
    level: str
    block: str = "nha_nuoc"
    parent: str | None = None

    @property
    def administrative(self) -> bool:
        """Whether it takes dossiers: a department, a district or a commune."""
        return self.level in {"so", "huyen", "xa"}


def agencies_of(profile: Profile) -> Iterator[Agency]:
    """Yield every agency of the province: departments, units, districts, communes."""
    top = f"000.00.00.{profile.code}"
    yield Agency(top, "Ủy ban nhân dân tỉnh", "tinh")
    for number, (listed, name) in enumerate(DEPARTMENTS[: profile.departments], 1):
        code = listed if profile.has_lists else f"000.00.{number:02d}.{profile.code}"
        yield Agency(code, name, "so", parent=top)
    for number, (level, block, name) in enumerate(UNITS, profile.departments + 1):
        yield Agency(f"000.00.{number:02d}.{profile.code}", name, level, block, top)
    districts = [_district_code(profile, place) for place in range(len(profile.districts))]
    for code, district in zip(districts, profile.districts, strict=True):
        yield Agency(code, f"Ủy ban nhân dân cấp huyện {district}", "huyen", parent=top)
    for number in range(profile.communes):
        row, place = divmod(number, len(profile.districts))
        code = f"000.{row + 1:02d}.{FIRST_DISTRICT + place}.{profile.code}"
        name = f"Ủy ban nhân dân xã số {row + 1:02d} ({profile.districts[place]})"
        yield Agency(code, name, "xa", parent=districts[place])


def _district_code(profile: Profile, place: int) -> str:
    if not profile.has_lists:
        return f"000.00.{FIRST_DISTRICT + place}.{profile.code}"
    plain = unicodedata.normalize("NFD", profile.districts[place].lower().replace("đ", "d"))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return f"ubnd-{letters.replace(' ', '-')}"
