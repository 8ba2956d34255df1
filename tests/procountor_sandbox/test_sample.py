from tests.procountor_sandbox.calling import receipt, signed_in

from procountor_sandbox.app import create_app
from procountor_sandbox.sample import sample_world, world_of


class TestSampleWorld:
    def test_has_the_ten_companies_with_a_key_each(self) -> None:
        world = sample_world()

        assert [one.company_id for one in world.companies] == list(range(50101, 50111))
        assert [one.key for one in world.api_keys] == [
            f"SANDBOX-KEY-{number}" for number in range(1001, 1011)
        ]
        assert [one.company_id for one in world.api_keys] == list(range(50101, 50111))

    def test_gives_people_different_companies(self) -> None:
        people = {one.username: one for one in sample_world().people}

        assert len(people["aino"].company_ids) == 10
        assert people["matti"].company_ids == (50101, 50102, 50103)
        assert people["lukija"].company_ids == (50101,)

    def test_is_the_same_every_time(self) -> None:
        assert sample_world() == sample_world()


class TestWorldOf:
    def test_makes_as_many_working_companies_as_asked(self) -> None:
        world = world_of(companies=500)
        sandbox = create_app(world)

        answer = signed_in(sandbox, 1500).post("ledgerreceipts", json=receipt())

        assert len(world.companies) == 500
        assert len({one.business_id for one in world.companies}) == 500
        assert answer.status_code == 200
        assert sandbox.ledger.count(50600) == 1
