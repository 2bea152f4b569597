"""The register of agencies of a province: real numbers of departments, districts and communes under opaque codes.

Most codes have the form `000.NN.NN.HXX` and are read from right to left: `000.03.41.H19` is a commune of the district `000.00.41.H19`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from streams.simulator.profiles import Profile

DEPARTMENTS: Final = (
    "Văn phòng Ủy ban nhân dân tỉnh",
    "Sở Tài nguyên và Môi trường",
    "Sở Kế hoạch và Đầu tư",
    "Sở Thông tin và Truyền thông",
    "Sở Tư pháp",
    "Sở Xây dựng",
    "Sở Giao thông vận tải",
    "Sở Y tế",
    "Sở Lao động - Thương binh và Xã hội",
    "Sở Nội vụ",
    "Sở Công Thương",
    "Sở Giáo dục và Đào tạo",
    "Sở Văn hóa, Thể thao và Du lịch",
    "Sở Nông nghiệp và Phát triển nông thôn",
    "Sở Khoa học và Công nghệ",
    "Sở Tài chính",
    "Ban Quản lý các khu công nghiệp",
    "Thanh tra tỉnh",
    "Sở Ngoại vụ",
    "Ban Dân tộc",
    "Ban Thi đua - Khen thưởng",
    "Chi cục Văn thư - Lưu trữ",
    "Chi cục Kiểm lâm",
    "Chi cục Bảo vệ môi trường",
    "Chi cục Đo lường",
)
"""Names of the departments, the busiest first; a province has the first so and so many."""

LISTED: Final = {
    "Văn phòng Ủy ban nhân dân tỉnh": "vp-ubnd",
    "Sở Kế hoạch và Đầu tư": "so-khdt",
    "Sở Thông tin và Truyền thông": "so-tttt",
    "Sở Tư pháp": "so-tp",
    "Sở Nội vụ": "so-nv",
    "Sở Tài chính": "so-tc",
}
"""Departments that a plan charges with reports by name: they send under the code that the plan's lists give them."""

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
    for number, name in enumerate(DEPARTMENTS[: profile.departments], 1):
        code = LISTED.get(name, f"000.00.{number:02d}.{profile.code}")
        yield Agency(code, name, "so", parent=top)
    for number, (level, block, name) in enumerate(UNITS, profile.departments + 1):
        yield Agency(f"000.00.{number:02d}.{profile.code}", name, level, block, top)
    for number, district in enumerate(profile.districts):
        code = f"000.00.{FIRST_DISTRICT + number}.{profile.code}"
        yield Agency(code, f"Ủy ban nhân dân cấp huyện {district}", "huyen", parent=top)
    for number in range(profile.communes):
        row, place = divmod(number, len(profile.districts))
        group = f"{FIRST_DISTRICT + place}.{profile.code}"
        name = f"Ủy ban nhân dân xã số {row + 1:02d} ({profile.districts[place]})"
        yield Agency(f"000.{row + 1:02d}.{group}", name, "xa", parent=f"000.00.{group}")
